"""What every page is looked at for: screenshots, width, and axe's rules."""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCREENSHOTS = Path(__file__).parents[2] / "test-screenshots"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": _RULES},
}


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def violations(page: Page, name: str = "") -> list[str]:
    """
    Return what axe finds, each with the rule and the places.

    With a name, how many rules held, and which it could not decide by itself, is
    kept beside the screenshot of that name.
    """
    found: Any = Axe().run(page, options=_OPTIONS).response
    if name:
        _keep(found, name)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _keep(found: Any, name: str) -> None:
    counts = {
        "passes": len(found["passes"]),
        "violations": len(found["violations"]),
        "undecided": sorted(rule["id"] for rule in found["incomplete"]),
    }
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}.axe.json").write_text(json.dumps(counts) + "\n")


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def spilled(page: Page) -> list[str]:
    """Return the texts that stand outside of their card, or on another text."""
    found: list[str] = page.evaluate(_SPILLED)
    return found


# Of each text the lines that it takes; what scrolls in its own box is not meant.
_SPILLED = """() => {
  const texts = document.createTreeWalker(document.querySelector("main"), 4);
  const scrolls = (box) =>
    box && (getComputedStyle(box).overflowX === "auto" || scrolls(box.parentElement));
  const spilled = [], seen = [], { min, max } = Math;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const holder = node.parentElement;
    const isShown = holder.checkVisibility() && !holder.closest(".unseen, svg, option");
    if (!node.data.trim() || !isShown || scrolls(holder)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const card = holder.closest(".card")?.getBoundingClientRect();
    for (const line of range.getClientRects()) {
      const place = `${node.data.trim().slice(0, 40)}`;
      if (card && line.right > card.right + 1) spilled.push(`${place} leaves its card`);
      for (const [other, text] of seen) {
        const [left, top] = [max(line.left, other.left), max(line.top, other.top)];
        const wide = min(line.right, other.right) - left;
        const high = min(line.bottom, other.bottom) - top;
        if (wide > 2 && high > line.height / 2) spilled.push(`${place} is on ${text}`);
      }
      seen.push([line, place]);
    }
  }
  return spilled;
}"""
