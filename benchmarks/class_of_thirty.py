"""Thirty students in one class, each in a browser window of its own: lines lost, time to answer, and to the wall.

    uv run python benchmarks/class_of_thirty.py [STUDENTS]

Needs chromium. All press at once and as fast as the page lets them, which no class does.
"""

import asyncio
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

PORT = 8763
ADDRESS = f"http://127.0.0.1:{PORT}"
MOST_TURNS = 60
ANSWERED = """
([talk]) => document.querySelector('[data-over]') || document.querySelector('[data-talk]').innerHTML !== talk
  || document.querySelector('[data-fault]').innerText
"""


async def student(browser: Browser, code: str, times: list[float]) -> int:
    """Join and play one deal; returns how many lines were answered."""
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(120_000)
    await page.goto(f"{ADDRESS}/class")
    await page.fill("[data-code]", code)
    await page.click("[data-join]")
    said = 0
    for turn in range(MOST_TURNS):
        await page.wait_for_selector("[data-line], [data-offer], [data-over]")
        if await page.locator("[data-over]").count():
            return said
        talk = await page.inner_html("[data-talk]")
        start = time.perf_counter()
        await press(page, turn)
        await page.wait_for_function(ANSWERED, arg=[talk])
        times.append(time.perf_counter() - start)
        said += 1
    return said


async def press(page: Page, turn: int) -> None:
    """Press what there is: four questions, then the own list's number, then whatever ends the talks."""
    for line in ("accept", f"ask {turn}" if 1 <= turn <= 4 else "propose", "quote" if turn > 6 else "ask on"):
        button = page.locator(f'[data-line="{line}"]')
        if await button.count():
            await button.first.click()
            return
    await page.fill("[data-price]", "600")
    await page.click("[data-offer]")


async def measure(count: int, password: str, data: Path) -> None:
    """One teacher and so many students."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        wall = await (await browser.new_context()).new_page()
        await wall.goto(f"{ADDRESS}/teacher")
        await wall.fill("[data-password]", password)
        await wall.click("[data-open]")
        await wall.click("[data-make]")
        code = await wall.inner_text("[data-class-code]")
        times: list[float] = []
        start = time.perf_counter()
        said = await asyncio.gather(*(student(browser, code, times) for _ in range(count)))
        played = time.perf_counter() - start
        start = time.perf_counter()
        await wall.wait_for_selector(f"text={count} students, {count} deals ended")
        seen = time.perf_counter() - start
        base = sqlite3.connect(data / "classes.sqlite")
        kept = base.execute("select count(*) from line").fetchone()[0]
        ended = base.execute("select count(*) from outcome").fetchone()[0]
        print(f"{count} students, {sum(said)} lines answered, {kept} kept, {ended} deals ended, in {played:.0f} s")
        print(f"from press to answer: median {statistics.median(times):.2f} s, worst {max(times):.2f} s")
        print(f"from the last deal's end to the wall: {seen:.2f} s")
        await browser.close()


def main() -> None:
    """Start a server, and measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        command = "from experiments.command_line import main; main()"
        arguments = ["teach", "--no-browser", "--port", str(PORT), "--data", folder]
        server = subprocess.Popen([sys.executable, "-c", command, *arguments], stderr=subprocess.PIPE, text=True)
        try:
            password = ""
            assert server.stderr is not None
            for line in server.stderr:
                found = re.search(r"its password is (\S+)", line)
                password = found[1] if found else password
                if "ready" in line:
                    break
            asyncio.run(measure(count, password, Path(folder)))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
