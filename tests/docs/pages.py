"""The pages of the documentation, and what their tables say."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REFERENCE = ROOT / "docs/reference"
_CELL = re.compile(r"(?<!\\)\|")


def table(page: Path, *, of: str) -> list[list[str]]:
    """Return the rows of each table of a page whose first column is headed so."""
    rows: list[list[str]] = []
    is_wanted = False
    for line in page.read_text().splitlines():
        if not line.startswith("|"):
            is_wanted = False
        elif is_wanted:
            rows.append(cells(line))
        else:
            is_wanted = cells(line)[0] == of
    return [row for row in rows if not set("".join(row)) <= set("-: ")]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(line.strip().strip("|"))]


def names(rows: list[list[str]]) -> list[str]:
    """Return what stands between backticks in the first cells."""
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[0])]


def told(page: Path, *, missing: set[str], unknown: set[str]) -> str:
    """Return what to do to a page, for whoever has made it wrong."""
    where = page.relative_to(ROOT)
    add = [f"add a row for `{name}` to {where}" for name in sorted(missing)]
    take = [f"take `{name}` from {where}: no such" for name in sorted(unknown)]
    return "\n".join(add + take)
