"""The geometry of a line of durations that may have gaps. Nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from orders_query.pages.charts import BOTTOM, HEIGHT, TICKS, WIDTH, Tick
from orders_query.pages.showing import span

LEFT = 88  # room for words like 1.5 min, on a telephone too
TOP = 16  # room above the highest step
WORD_FITS = 60  # a word under the axis, drawn from its column's left side
# Where an axis may end: four parts of it are good to read as well.
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
CEILINGS = (
    *(round(n * 10**e, 3) for e in (-3, -2, -1) for n in (4, 8, 20)),
    *(4, 8, 20, 40, _MINUTE, 2 * _MINUTE, 4 * _MINUTE, 8 * _MINUTE, 20 * _MINUTE),
    *(40 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 20 * _HOUR, 2 * _DAY),
)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One column; without seconds it is a gap, unless it is `open`: yet to come."""

    label: str
    shown: str
    seconds: float | None
    word: str = ""
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    label: str
    shown: str
    x: float
    word: str  # under the axis; most have none


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Columns without a figure, side by side."""

    x: float
    end: float

    @property
    def width(self) -> float:
        return round(self.end - self.x, 2)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A step for each figure, its area down to the floor, and a hole at each gap."""

    columns: list[Column]
    column_width: float
    steps: list[str]  # paths, one for each stretch without a gap
    areas: list[str]
    gaps: list[Stretch]
    ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def line(points: Sequence[Point]) -> Line:
    """Return the line of some durations, none of them below zero."""
    top = ceiling(max((p.seconds for p in points if p.seconds is not None), default=0))
    width = (WIDTH - LEFT) / max(1, len(points))
    floor = HEIGHT - BOTTOM
    runs = [*_runs(points)]
    steps = [_steps(run, first, width, top) for first, run in runs if _is_known(run[0])]
    return Line(
        columns=[_column(point, _x(n, width)) for n, point in enumerate(points)],
        column_width=round(width, 2),
        steps=["M" + step for step in steps],
        areas=[f"M{step.partition(' ')[0]} {floor}L{step}V{floor}Z" for step in steps],
        gaps=[
            Stretch(x=_x(first, width), end=_x(first + len(run), width))
            for first, run in runs
            if not _is_known(run[0]) and not run[0].is_open
        ],
        ticks=[
            Tick(y=_y(top * n / TICKS, top), label=span(top * n / TICKS))
            for n in range(TICKS + 1)
        ],
    )


def ceiling(most: float) -> float:
    """Return where the axis ends: the next round duration that is no less."""
    days = -(-most // (4 * _DAY)) * 4 * _DAY
    return next((top for top in CEILINGS if top >= most), days)


def _column(point: Point, x: float) -> Column:
    word = point.word if x + WORD_FITS <= WIDTH else ""
    return Column(label=point.label, shown=point.shown, x=x, word=word)


def _is_known(point: Point) -> bool:
    return point.seconds is not None


def _runs(points: Sequence[Point]) -> list[tuple[int, list[Point]]]:
    """Return the points in stretches of one kind, each with its place."""
    kinds = groupby(enumerate(points), key=lambda at: (_is_known(at[1]), at[1].is_open))
    runs = [[*run] for _, run in kinds]
    return [(run[0][0], [point for _, point in run]) for run in runs]


def _steps(run: Sequence[Point], first: int, width: float, top: float) -> str:
    pieces: list[str] = []
    for n, point in enumerate(run):
        y = _y(point.seconds or 0, top)
        left, right = _x(first + n, width), _x(first + n + 1, width)
        pieces.append(f"{left} {y}H{right}" if not pieces else f"V{y}H{right}")
    return "".join(pieces)


def _x(place: int, width: float) -> float:
    return round(LEFT + place * width, 2)


def _y(seconds: float, top: float) -> float:
    floor = HEIGHT - BOTTOM
    return round(floor - seconds / top * (floor - TOP), 2)
