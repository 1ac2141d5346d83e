"""The geometry of bar charts: figures in, rectangles and an axis out. Nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 600, 170  # of the drawing, in units that the page scales
LEFT, BOTTOM = 56, 22  # room for the words of the axes
TICKS = 4
LABELS = 6  # words under the bars, at most


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One figure: its rectangle, and the full height of its column to point at."""

    label: str
    shown: str
    x: float
    y: float
    width: float
    height: float
    column: float
    word: str  # under the bar; most have none


@dataclass(frozen=True, kw_only=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    bars: list[Bar]
    ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def bars(figures: Sequence[tuple[str, Decimal]]) -> Chart:
    """Return the chart of named figures, none of them below zero."""
    top = ceiling(max((figure for _, figure in figures), default=Decimal()))
    floor = HEIGHT - BOTTOM
    column = (WIDTH - LEFT) / max(1, len(figures))
    every = -(-len(figures) // LABELS) or 1
    drawn = [
        Bar(
            label=label,
            shown=f"{figure:,}",
            x=round(LEFT + column * (n + 0.1), 2),
            y=round(floor - _part(figure, top, floor), 2),
            width=round(column * 0.8, 2),
            height=round(_part(figure, top, floor), 2),
            column=round(LEFT + column * n, 2),
            word=label if n % every == 0 else "",
        )
        for n, (label, figure) in enumerate(figures)
    ]
    steps = [top * n / TICKS for n in range(TICKS + 1)]
    ticks = [
        Tick(y=round(floor - _part(step, top, floor), 2), label=brief(step))
        for step in steps
    ]
    return Chart(bars=drawn, ticks=ticks)


def ceiling(most: Decimal) -> Decimal:
    """Return the next of 4, 8, 20, 40, 80, 200 … that is no less; four divide it."""
    top = Decimal(4)
    while top < most:
        top = top * 5 / 2 if str(top).startswith("8") else top * 2
    return top


def brief(figure: Decimal) -> str:
    """Return a figure as an axis has room for it: 1,500 is 1.5k."""
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if figure >= size:
            return f"{(figure / size).normalize():f}{unit}"
    return f"{figure.normalize():f}"


def _part(figure: Decimal, top: Decimal, floor: int) -> float:
    return float(figure / top) * (floor - 16)
