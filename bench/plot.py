"""Ratios as bars on a logarithmic scale: what is owed, wanted, and was seen."""

# ruff: noqa: ISC004 - a line of SVG is longer than one of ours

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 900, 390, 70, 30, 56
LOWEST, HIGHEST = 0.1, 200.0
TICKS = (0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 } .small { font-size: 11px }
.back { fill: #fff } .bar { fill: #3a7d6f } .short { fill: #b3541e }
.line { stroke: #ddd } .one { stroke: #888 } .spread { stroke: #111; stroke-width: 1.5 }
.aim { stroke: #111; stroke-width: 2 } .floor { stroke: #111; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #eee } .back { fill: #16191c } .line { stroke: #333 }
  .one { stroke: #888 } .spread, .aim, .floor { stroke: #eee }
  .bar { fill: #5fb3a1 } .short { fill: #e08a52 } }
"""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One ratio with its spread, and where its floor and its aim are."""

    label: str
    middle: float
    least: float
    most: float
    aim: float
    floor: float | None = None


def svg(bars: Sequence[Bar]) -> str:
    """Return the plot; a bar that misses what it owes has another colour."""
    height = TOP + ROW * len(bars) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img"><title>How many times better than others</title>'
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        '<text x="12" y="20">How many times better, in the same round: bar and '
        "spread; a full line is the aim, a dashed one the floor</text>",
        *_scale(height),
        *(part for place, bar in enumerate(bars) for part in _bar(place, bar)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _scale(height: int) -> list[str]:
    parts = []
    for tick in TICKS:
        at, kind = _x(tick), "one" if tick == 1 else "line"
        parts += [
            f'<line class="{kind}" x1="{at}" x2="{at}" y1="{TOP - 8}" '
            f'y2="{height - 20}"/>',
            f'<text class="small" x="{at}" y="{TOP - 14}" text-anchor="middle">'
            f"{tick:g}</text>",
        ]
    return parts


def _bar(place: int, bar: Bar) -> list[str]:
    y = TOP + ROW * place
    middle = y + ROW / 2
    enough = bar.middle >= (bar.floor if bar.floor is not None else bar.aim)
    marks = [("aim", bar.aim)] + ([("floor", bar.floor)] if bar.floor else [])
    return [
        f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">'
        f"{escape(bar.label)}</text>",
        f'<rect class="{"bar" if enough else "short"}" x="{LEFT}" y="{y + 6}" '
        f'width="{_x(bar.middle) - LEFT:.1f}" height="{ROW - 12}"/>',
        f'<line class="spread" x1="{_x(bar.least)}" x2="{_x(bar.most)}" '
        f'y1="{middle}" y2="{middle}"/>',
        *(
            f'<line class="{kind}" x1="{_x(value)}" x2="{_x(value)}" y1="{y + 3}" '
            f'y2="{y + ROW - 3}"/>'
            for kind, value in marks
        ),
        f'<text class="small" x="{max(_x(bar.most), _x(bar.aim)) + 6}" '
        f'y="{middle + 4}">{bar.middle:.2g}</text>',
    ]


def _x(value: float) -> float:
    """Return where a value is, within the plot."""
    shown = min(max(value, LOWEST), HIGHEST)
    share = math.log(shown / LOWEST) / math.log(HIGHEST / LOWEST)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)
