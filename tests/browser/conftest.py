"""A real browser without a network, and a server of its own for each test module."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

HOUSE = Path(__file__).resolve().parents[2]
READY = 300
"""Seconds within which the rules are compiled, also on a machine that has never done it."""

SEED = 20240229
"""Of every class, so that a test that passed once passes again: it meets the same buyers."""

sys.path.insert(0, str(HOUSE / "tests" / "teaching"))


class Server:
    """The classroom in a process of its own, on a free port of the loopback address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.log = self.folder / "log"
        same_buyers = f"import teaching.classes; teaching.classes.new_seed = lambda: {SEED}"
        command = f"{same_buyers}; from experiments.command_line import main; main()"
        arguments = ["teach", "--no-browser", "--port", str(self.port), "--data", str(self.folder / "data")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NICEGUI")}
        environment.pop("PYTEST_CURRENT_TEST", None)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", command, *arguments], cwd=HOUSE, env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + READY
        while "ready" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return re.search(r"its password is (\S+)", self.log.read_text())[1]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return answer.read().decode()


NONSENSE = re.compile(r"Task exception was never retrieved\nfuture: [^\n]*\n(?:[^\n]*\n)*?KeyError: 'client_id'\n")
"""What NiceGUI writes, whenever memory is cleared, of a message that names no page: it is dropped."""


def without_nonsense(log: str) -> str:
    """A server's log without what visitors who send nonsense leave in it."""
    return NONSENSE.sub("", log)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("classroom"))
    yield made
    made.stop()
    assert "Traceback" not in without_nonsense(made.log.read_text()), made.log.read_text()


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("ZOPA_BROWSER") == "required":
            pytest.fail("there is no chromium, and ZOPA_BROWSER says that there must be one")
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        # the network is off: no name is found but that of the loopback address
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", rules])
        yield browser
        browser.close()


class Visitor:
    """A person at a browser, and all that went wrong on its pages."""

    def __init__(self, browser, server, width=1280, height=900, dark=False) -> None:
        self.server, self.wrong, self.received = server, [], []
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._requested)
        self.page.on(
            "websocket", lambda opened: opened.on("framereceived", lambda frame: self.received.append(str(frame)))
        )

    def _requested(self, request) -> None:
        own = (self.server.address, f"ws://127.0.0.1:{self.server.port}", "data:", "blob:")
        if not request.url.startswith(own):
            self.wrong.append(f"outside request: {request.url}")

    def open(self, path: str):
        self.page.goto(self.server.address + path)
        return self.page

    def close(self) -> None:
        self.context.close()
        assert self.wrong == []


@pytest.fixture
def visitor(chromium, server):
    made = []

    def visit(**options):
        made.append(Visitor(chromium, server, **options))
        return made[-1]

    yield visit
    for each in made:
        each.close()
