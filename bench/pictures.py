"""The README's pictures, of the demo: `make bench ARGS=pictures` takes them anew."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

from bench.browsing import Desk, chromium
from bench.running import running_system
from bench.system import System

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDE = {"width": 1200, "height": 860}
NARROW = {"width": 360, "height": 780}


def taken(system: System) -> None:
    """Fill an empty system with the demo, and take a picture of three pages."""
    demo = [sys.executable, "manage.py", "demo"]
    subprocess.run(demo, env=system.environment(), check=True)
    PICTURES.mkdir(exist_ok=True)
    with chromium(system, Desk(system)) as browser:
        page = browser.new_page()
        _take(page, "/", "dashboard")
        _take(page, "/orders", "orders")
        page.locator("#results tbody a").first.click()
        page.wait_for_selector("#order")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.screenshot(path=PICTURES / "order.png")


def _take(page: Page, path: str, name: str) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(path, wait_until="load")
    page.screenshot(path=PICTURES / f"{name}.png")


def main(_: Sequence[str]) -> None:
    with running_system() as system:
        taken(system)
