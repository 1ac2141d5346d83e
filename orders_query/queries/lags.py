"""How far behind the read side was in the last hour, minute by minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from orders_query.queries.status import rows

MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class Minute:
    """The worst of a minute; `seconds` is None if nobody could tell, or looked."""

    at: datetime
    is_over: bool = True  # until then somebody may still look
    is_looked_at: bool = False
    seconds: float | None = None
    events: int | None = None


@dataclass(frozen=True, kw_only=True)
class Hour:
    """An hour of one projection or replica; figures are None if nothing is known."""

    name: str
    minutes: tuple[Minute, ...]  # oldest first
    median: float | None = None
    worst: float | None = None


def last_hour(names: Sequence[str]) -> list[Hour]:
    """Return the hour of each name, up to the minute that it is."""
    this_minute = timezone.now().replace(second=0, microsecond=0)
    minutes = [this_minute - timedelta(minutes=n) for n in reversed(range(MINUTES))]
    found = rows(_LAST_HOUR, {"first": minutes[0], "names": list(names)})
    return [_hour(name, [r for r in found if r[0] == name], minutes) for name in names]


def _hour(name: str, found: list[tuple[Any, ...]], minutes: list[datetime]) -> Hour:
    figures = {at: (worst, events) for _, at, worst, _, events in found}
    _, _, worst, median, _ = found[-1] if found else (name, None, None, None, None)
    return Hour(
        name=name,
        minutes=tuple(
            _minute(at, figures.get(at), is_over=at != minutes[-1]) for at in minutes
        ),
        median=median,
        worst=worst,
    )


def _minute(at: datetime, figures: tuple[Any, ...] | None, *, is_over: bool) -> Minute:
    if figures is None:
        return Minute(at=at, is_over=is_over)
    seconds, events = figures
    return Minute(
        at=at, is_over=is_over, is_looked_at=True, seconds=seconds, events=events
    )


# A row for each minute, and one without a minute for the hour, which comes last.
_LAST_HOUR = """
select name, date_trunc('minute', at) as minute, max(seconds),
       percentile_cont(0.5) within group (order by seconds), max(events)
from orders_query_lagsample
where at >= %(first)s and name = any(%(names)s)
group by grouping sets ((name, date_trunc('minute', at)), (name))
order by name, minute nulls last
"""
