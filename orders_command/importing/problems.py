"""What is wrong with a file, or with one order in it; never a name or an address."""

from collections.abc import Sequence
from dataclasses import dataclass

TOLD_AT_MOST = 20  # of one order


class Unusable(Exception):
    """Nothing can be read from the file as a whole."""


class Refused(Exception):
    """An order that does not go in, with each place that is wrong."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__(str(problems[0]))
        self.problems = tuple(problems[:TOLD_AT_MOST])


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A place that is wrong, and why."""

    line: int
    reference: str
    field: str
    reason: str

    def __str__(self) -> str:
        reference = printable(self.reference) or "?"
        place = f"line {self.line}, reference {reference}"
        return f"{place}, field {self.field}: {self.reason}"


def printable(text: str) -> str:
    """Return what a terminal can be shown of a text that may be anything."""
    shown = "".join(c if c.isprintable() else "?" for c in text[:64])
    return shown + ("…" if len(text) > 64 else "")
