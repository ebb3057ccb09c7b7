"""Pupils without a browser: they speak with the server as a page does, over its socket, and press what it offers."""

import ast
import asyncio
import json
import random
import re
import time
import uuid
from urllib.parse import urlencode

import httpx
import socketio

ENTITIES = (("&#36;", "$"), ("&#96;", "`"), ("&gt;", ">"), ("&lt;", "<"), ("&amp;", "&"))
PATIENCE = 120


class Pupil:
    """One visitor; ``said`` are the lines that it pressed, ``waits`` the seconds until each was answered."""

    def __init__(self, address, number):
        self.address, self.luck = address, random.Random(number)
        self.http = httpx.AsyncClient(base_url=address, timeout=PATIENCE)
        self.elements, self.said, self.waits, self.ends = {}, [], [], []
        self.news, self.gone_to = asyncio.Event(), None

    async def open(self, path):
        page = (await self.http.get(path, follow_redirects=True)).text
        raw = re.search(r"parseElements\(String\.raw`(.*?)`\)", page, re.DOTALL)[1]
        for entity, letter in ENTITIES:
            raw = raw.replace(entity, letter)
        self.elements = json.loads(raw)
        query = ast.literal_eval(re.search(r"query: (\{.*?\}),\n", page)[1])
        self.client_id = query["client_id"]
        query["implicit_handshake"] = "true"
        query |= {"document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4()), "old_tab_id": ""}
        self.socket = socketio.AsyncClient()
        self.socket.on("update", self._update)
        self.socket.on("open", self._gone)
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        await self.socket.connect(
            f"{self.address}?{urlencode(query)}",
            headers={"Cookie": cookies},
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
        )

    async def leave(self):
        await self.socket.disconnect()

    def _update(self, data):
        for key, element in data.items():
            if key == "_id":
                continue
            if element is None:
                self.elements.pop(key, None)
            else:
                self.elements[key] = element
        self.news.set()

    def _gone(self, data):
        self.gone_to = data["path"]
        self.news.set()

    async def until(self, found):
        """What ``found`` finds, once it does."""
        end = time.monotonic() + PATIENCE
        while not (thing := found()):
            self.news.clear()
            assert time.monotonic() < end, "nothing came"
            try:
                await asyncio.wait_for(self.news.wait(), 1.0)
            except TimeoutError:
                continue
        return thing

    def all_with(self, prop):
        return [(key, each) for key, each in self.elements.items() if prop in each.get("props", {})]

    async def does(self, key, kind, *given):
        """Let an event happen at an element."""
        event = next(each for each in self.elements[key]["events"] if each["type"].startswith(kind))
        message = {"id": int(key), "client_id": self.client_id, "listener_id": event["listener_id"]}
        await self.socket.emit("event", {**message, "args": [json.dumps(each) for each in given]})

    async def join(self, code):
        await self.open("/class")
        await self.does(self.all_with("data-join")[0][0], "click", [code, ""])
        path = await self.until(lambda: self.gone_to)
        await self.leave()
        await self.open(path)

    async def play(self, deals):
        """Play so many deals, each to its end."""
        for deal in range(deals):
            turn = 0
            while True:
                found = lambda: self.all_with("data-line") or self.all_with("data-offer") or self.all_with("data-over")  # noqa: E731
                await self.until(found)
                if self.all_with("data-over"):
                    break
                await self._say(turn)
                turn += 1
            self.ends.append(time.time())
            if deal + 1 < deals:
                await self.does(self.all_with("data-next")[0][0], "click", {})
                await self.until(lambda: not self.all_with("data-over"))

    async def _say(self, turn):
        lines = {each["props"]["data-line"]: key for key, each in self.all_with("data-line")}
        wanted = ["accept", f"ask {self.luck.randint(1, 3)}" if turn < 5 else "propose", "propose"]
        wanted += ["ask price", "stay", "agree", "sign", "go on", "bargain"]
        wanted += ["ask on" if self.luck.random() < 0.6 and turn < 6 else "quote", "quote"]
        line = next((each for each in wanted if each in lines), None)
        key = lines[line] if line else self.all_with("data-offer")[0][0]
        if line is None:
            price = self.luck.choice([500, 600, 800])
            await self.does(self.all_with("data-price")[0][0], "update:", price)
            line = f"offer {price}"
        start = time.perf_counter()
        await self.does(key, "click", {})
        await self.until(lambda: key not in self.elements)
        self.waits.append(time.perf_counter() - start)
        self.said.append(line)


async def play_together(address, code, count, deals):
    """Let so many pupils join a class and play at the same time; the pupils, when all are through."""
    pupils = [Pupil(address, number) for number in range(count)]

    async def one(pupil):
        await pupil.join(code)
        await pupil.play(deals)
        await pupil.leave()
        await pupil.http.aclose()

    await asyncio.gather(*map(one, pupils))
    return pupils
