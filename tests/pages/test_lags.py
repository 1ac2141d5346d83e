"""The lag of the last hour: drawn with its gaps, told in words, sent if it changes."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from orders_query import sampling
from orders_query.pages import lines, showing
from orders_query.pages.lines import Point
from orders_query.sampling import Sample
from tests import samples
from tests.pages.visiting import HTMX, signed_in, text
from tests.people import desk_clerk
from tests.waiting import eventually

KOLKATA = ZoneInfo("Asia/Kolkata")


def line(*seconds: float | None) -> lines.Line:
    return lines.line([Point(label="", shown="", seconds=s) for s in seconds])


@pytest.mark.parametrize(
    ("most", "top"),
    [
        (0, 0.004),
        (0.004, 0.004),
        (0.0041, 0.008),
        (0.3, 0.4),
        (41, 60),
        (61, 120),
        (1_000, 1_200),
        (90_000, 172_800),
        (400_000, 691_200),
    ],
)
def test_an_axis_ends_at_a_round_duration(most: float, top: float) -> None:
    assert lines.ceiling(most) == top


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0"),
        (0.0042, "4.2 ms"),
        (0.25, "250 ms"),
        (0.9999, "1 s"),
        (1.5, "1.5 s"),
        (59.9, "59.9 s"),
        (90, "1.5 min"),
        (3_600, "1 h"),
        (360_000, "100 h"),
    ],
)
def test_a_duration_has_the_unit_that_fits(seconds: float, told: str) -> None:
    assert showing.span(seconds) == told


@pytest.mark.parametrize(
    "seconds",
    [[], [None], [0.0], [0.0] * 60, [7.0], [None, 0.003, 86_400.0, None, 2.0]],
)
def test_a_line_stays_inside_its_chart(seconds: list[float | None]) -> None:
    chart = line(*seconds)

    assert len(chart.columns) == len(seconds)
    assert [tick.y for tick in chart.ticks] == sorted(
        (tick.y for tick in chart.ticks), reverse=True
    )
    for path in chart.steps:
        assert all(0 <= y <= chart.floor for y in _heights(path))
        assert all(chart.left <= x <= chart.width for x in _places(path))
    for gap in chart.gaps:
        assert chart.left <= gap.x < gap.end <= chart.width + 0.01


def test_a_gap_is_no_zero() -> None:
    zero, gap = line(1, 0, 1), line(1, None, 1)

    assert len(zero.steps) == 1
    assert zero.floor in _heights(zero.steps[0])
    assert zero.gaps == []
    assert len(gap.steps) == len(gap.areas) == 2
    [hole] = gap.gaps
    (_, before), (after, _) = map(_ends, gap.steps)
    assert (hole.x, hole.end) == (before, after)
    assert gap.floor not in [y for path in gap.steps for y in _heights(path)]


def test_a_minute_alone_between_gaps_is_seen() -> None:
    chart = line(None, 2, None)

    [(left, right)] = map(_ends, chart.steps)
    assert right - left == pytest.approx(chart.column_width, abs=0.02)


def test_what_is_yet_to_come_is_neither_zero_nor_gap() -> None:
    to_come = Point(label="", shown="not yet", seconds=None, is_open=True)

    chart = lines.line([Point(label="", shown="", seconds=None), to_come])

    assert chart.steps == []
    assert [gap.end for gap in chart.gaps] == [chart.columns[1].x]


def test_words_under_the_axis_have_room() -> None:
    chart = lines.line(
        [Point(label="", shown="", seconds=0, word="12:00") for _ in range(60)]
    )

    words = [column.x for column in chart.columns if column.word]
    assert max(words) + lines.WORD_FITS <= chart.width
    assert all(before < after for before, after in pairwise(words))


@pytest.fixture
def half_an_hour_ago() -> datetime:
    """Have nothing looked at for an hour, but for what the test keeps."""
    samples.forget()
    return timezone.now() - timedelta(minutes=30)


def kept(at: datetime, seconds: float | None, events: int | None = None) -> None:
    sampling.keep([Sample(at=at, name="sales", seconds=seconds, events=events)])


def shown(page: Any, name: str = "sales") -> Any:
    [lag] = [lag for lag in page.context["lags"] if lag["name"] == name]
    return lag


def told(page: Any, at: datetime) -> str:
    """Return what the chart's tool tip tells of a minute."""
    [column] = [
        column
        for column in shown(page)["chart"].columns
        if column.label == f"{timezone.localtime(at):%H:%M}"
    ]
    return str(column.shown)


def test_a_minute_without_a_sample_is_a_gap_that_says_so(
    half_an_hour_ago: datetime,
) -> None:
    minute = timedelta(minutes=1)
    kept(half_an_hour_ago, 90, 7)
    kept(half_an_hour_ago + 2 * minute, None)
    kept(half_an_hour_ago + 3 * minute, 0)

    page = signed_in(desk_clerk()).get("/sync")

    assert told(page, half_an_hour_ago) == "1.5 min, 7 behind"
    assert told(page, half_an_hour_ago + minute) == "nobody looked"
    assert told(page, half_an_hour_ago + 2 * minute) == "unknown"
    assert told(page, half_an_hour_ago + 3 * minute) == "0 ms"
    assert len(shown(page)["chart"].steps) == 2
    table = text(page)
    for words in ("1.5 min, 7 behind", "nobody looked", "unknown", "0 ms"):
        assert words in table


def test_minutes_are_told_in_the_readers_zone(half_an_hour_ago: datetime) -> None:
    kept(half_an_hour_ago, 90)
    client = signed_in(desk_clerk())
    client.cookies["zone"] = KOLKATA.key

    page = client.get("/sync")

    at = half_an_hour_ago.astimezone(KOLKATA)
    assert f"<title>{at:%H:%M}: 1.5 min</title>" in page.content.decode()
    assert f"{at:%H:%M} IST" in text(page)


def test_what_a_page_shows_already_is_not_sent_again(
    half_an_hour_ago: datetime,
) -> None:
    kept(half_an_hour_ago, 2)
    client = signed_in(desk_clerk())
    asked = {"HX-Target": "lags", **HTMX}

    def seen() -> str:
        return str(client.get("/sync").context["lags_seen"])

    def again(shown: str) -> Any:
        return client.get(f"/sync?shown={shown}", headers=asked)

    # A minute may end in between.
    eventually(lambda: again(seen()).status_code == 204)
    before = seen()
    kept(half_an_hour_ago, 3)

    changed = again(before)

    assert changed.status_code == 200
    assert ": 3 s</title>" in changed.content.decode()
    assert 'id="minutes" hx-swap-oob="true"' in changed.content.decode()


def test_the_dashboard_tells_the_worst_and_the_median(
    half_an_hour_ago: datetime,
) -> None:
    for n, seconds in enumerate((0.004, 0.02, 0.02, 0.02, 90)):
        kept(half_an_hour_ago + timedelta(minutes=n), seconds)
    client = signed_in(desk_clerk())

    page = client.get("/")

    assert (shown(page)["median"], shown(page)["worst"]) == ("20 ms", "1.5 min")
    assert "1.5 min" in text(client.get("/", headers={"HX-Target": "fresh", **HTMX}))


def test_the_dashboard_says_that_nobody_looked() -> None:
    client = signed_in(desk_clerk())

    def told() -> bool:
        samples.forget()
        return shown(client.get("/"))["worst"] == "nobody looked"

    eventually(told)  # a worker may be looking


def _ends(path: str) -> tuple[float, float]:
    places = _places(path)
    return places[0], places[-1]


def _places(path: str) -> list[float]:
    return [float(x) for x in re.findall(r"[MH]([\d.]+)", path)]


def _heights(path: str) -> list[float]:
    return [float(y) for y in re.findall(r"(?: |V)([\d.]+)", path)]
