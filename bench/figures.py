"""What a measurement returns: samples for each party, and their ratios in one place."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PRODUCT = "product"


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times better the product is: of the rounds the middle, and the ends."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What the ratio to a party shall be; the floor is owed."""

    aim: float
    floor: float | None = None

    def __str__(self) -> str:
        owed = "" if self.floor is None else f"{self.floor:g}, "
        return f"{owed}{self.aim:g}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """
    One kind of work: a sample of each round for each party, of the product first.

    All parties took their turn in each round, so a ratio is one of the same round.
    """

    what: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    more_is_better: bool = True
    aims: Mapping[str, Aim] = field(default_factory=dict)

    @property
    def others(self) -> list[str]:
        return [party for party in self.samples if party != PRODUCT]

    def middle(self, party: str) -> float:
        return statistics.median(self.samples[party])

    def ratio(self, party: str) -> Ratio:
        """Return how many times better the product is than a party: above 1 is good."""
        pairs = zip(self.samples[PRODUCT], self.samples[party], strict=True)
        found = [
            quotient(mine, theirs) if self.more_is_better else quotient(theirs, mine)
            for mine, theirs in pairs
        ]
        return Ratio(middle=statistics.median(found), least=min(found), most=max(found))

    def lines(self) -> list[str]:
        """Return one line a party, with its spread, its ratio and the aim."""
        return [self._line(party) for party in self.samples]

    def _line(self, party: str) -> str:
        seen = self.samples[party]
        spread = f"{shown(min(seen))} to {shown(max(seen))}"
        line = f"{self.what:42} {party:22} {shown(self.middle(party)):>10} {self.unit}"
        line += f"  ({spread}; {len(seen)} rounds)"
        if PRODUCT not in self.samples or party == PRODUCT:
            return line
        aim = self.aims.get(party)
        wanted = f", aim {aim}" if aim else ""
        return f"{line}  ratio {self.ratio(party)}{wanted}"


def quotient(above: float, below: float) -> float:
    return above / below if below else math.inf


def percentile(seen: Iterable[float], per_cent: float) -> float:
    """Return the smallest value that so many of a hundred do not exceed."""
    ordered = sorted(seen)
    place = math.ceil(len(ordered) * per_cent / 100)
    return ordered[max(place, 1) - 1]


def shown(value: float) -> str:
    """Write a number with three digits or with all before the point."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown writes it; all but the first column is numbers."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
