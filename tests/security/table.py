"""The tables of docs/reference/access.md: what each caller gets, row by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpResponseBase

PAGE = Path(__file__).parents[2] / "docs/reference/access.md"
SIGN_IN = "in"  # the cell of those who are sent to the sign-in page
_TO_SIGN_IN = ("/sign-in?next=", "/admin/login/?next=")


@dataclass(frozen=True)
class Row:
    """`GET /orders`, or a view of the admin, with the status for each column."""

    name: str
    cells: dict[str, str]

    @property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"


def rows(title: str) -> list[Row]:
    """Return the rows of the table below a heading."""
    _, _, section = PAGE.read_text().partition(f"\n## {title}\n")
    lines = section.partition("\n## ")[0].splitlines()
    head, _, *body = [_cells(line) for line in lines if line.startswith("|")]
    return [
        Row(first.strip("`"), dict(zip(head[1:], cells, strict=True)))
        for first, *cells in body
    ]


def is_refusal(cell: str) -> bool:
    return cell == SIGN_IN or all(code >= "400" for code in cell.split("/"))


def fits(cell: str, answer: HttpResponseBase) -> bool:
    if cell == SIGN_IN:
        to = answer.get("Location", "")
        return answer.status_code == 302 and to.startswith(_TO_SIGN_IN)
    is_sent_away = answer.get("Location", "").startswith(_TO_SIGN_IN)
    return str(answer.status_code) in cell.split("/") and not is_sent_away


def alike(name: str) -> str:
    """Return a row's or a route's name with the names of its places left out."""
    return re.sub(r"\{[^}]*\}|<[^>]*>", "{}", name)


def twice(given: list[Row]) -> Iterator[str]:
    """Give the rows of which there are several."""
    names = [alike(row.name) for row in given]
    yield from (name for name in sorted({*names}) if names.count(name) > 1)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
