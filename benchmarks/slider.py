"""How long from a slider's move to the new picture in a real browser, at 2 x 20,000 deals; run by hand.

    uv run python -m benchmarks.slider [SCENARIO]

Needs chromium. *At once* is a move right after the page opened, to a setting that nobody has asked for: the market is
prepared and both sellers are played. *A jump* goes ten stops along a slider that nobody has touched. *Along the slider*
the stops ahead are played meanwhile; *back* they are kept.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.measuring import HOUSE, Row, Size, row

PORT = 8764
JUMPS = {
    "buyer.self_knowledge": "PageUp",
    "buyer.awareness": "PageUp",
    "buyer.price_focus": "PageUp",
    "buyer.adherence": "PageDown",
}
"""Sliders, and the key that takes them to one of their ends."""

WATCH = """
([path, key]) => new Promise((done, failed) => {
  setTimeout(() => failed(new Error(`${key} at ${path}: nothing was drawn`)), 10000);
  const thumb = document.querySelector(`[data-trait="${path}"] .q-slider__track-container`);
  const picture = document.querySelector('[data-picture]');
  const start = performance.now();
  const drawn = () => requestAnimationFrame(() => done(performance.now() - start));
  new MutationObserver((_, seen) => { seen.disconnect(); drawn(); })
    .observe(picture, {childList: true, subtree: true, characterData: true});
  const keyCode = {PageUp: 33, PageDown: 34, ArrowLeft: 37, ArrowRight: 39}[key];
  thumb.dispatchEvent(new KeyboardEvent('keydown', {key, keyCode, bubbles: true}));
  thumb.dispatchEvent(new KeyboardEvent('keyup', {key, keyCode, bubbles: true}));
})
"""


def moves(page: Page, path: str, keys: list[str], rest: float) -> list[float]:
    """Milliseconds from key to picture, for each key."""
    times = []
    for key in keys:
        times.append(page.evaluate(WATCH, [path, key]))
        time.sleep(rest)
    return times


def told(name: str, times: list[float]) -> None:
    """Print the median and the worst."""
    print(f"{name:<16} median {statistics.median(times):5.0f} ms   worst {max(times):5.0f} ms   ({len(times)} moves)")


def seen_in(scenario: str) -> dict[str, list[float]]:
    """Milliseconds from key to picture by kind of move: start the server and a browser, and measure."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "log"
        command = "from experiments.command_line import main; main()"
        arguments = ["teach", "--no-browser", "--port", str(PORT), "--data", folder]
        with log.open("w") as told:
            server = subprocess.Popen([sys.executable, "-c", command, *arguments], stdout=told, stderr=told, cwd=HOUSE)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            while "ready" not in log.read_text():
                if server.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(0.1)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{PORT}/compare?scenario={scenario}")
            page.wait_for_selector("[data-picture] svg")
            return _moved(page)
        finally:
            browser.close()
            server.terminate()
            server.wait()


def _moved(page: Page) -> dict[str, list[float]]:
    """Every kind of move, on a page that has just opened."""
    seen = {"at once": moves(page, "buyer.patience.impatient_share", ["ArrowLeft", "ArrowLeft"], 0.0)}
    for path, key in JUMPS.items():  # each slider once: after that its stops are played ahead
        time.sleep(4.0)
        seen.setdefault("a jump", []).extend(moves(page, path, [key], 0.0))
    time.sleep(10.0)
    seen["along the slider"] = moves(page, "buyer.rival.present", ["ArrowRight"] * 6, 1.0)
    seen["back"] = moves(page, "buyer.rival.present", ["ArrowLeft"] * 6, 0.2)
    return seen


def measured(size: Size) -> list[Row]:
    """The part *classroom*; its size is always the same."""
    found = seen_in("b2b_software").items()
    return [row("classroom", f"slider to picture, {name}", "milliseconds", times) for name, times in found]


def main() -> None:
    """Measure and print."""
    for name, times in seen_in(sys.argv[1] if len(sys.argv) > 1 else "b2b_software").items():
        told(name, times)


if __name__ == "__main__":
    main()
