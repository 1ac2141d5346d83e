"""How far behind the read side was in the last hour, for the pages that show it."""

from typing import Any
from zlib import crc32

from django.utils import timezone

from orders_query import queries
from orders_query.pages import lines, showing
from orders_query.queries import Hour, Minute

WORD_EVERY = 10  # minutes
NOBODY = "nobody looked"
UNKNOWN = "unknown"


def figures(sync: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is behind now, with the last hour's median and worst, in words."""
    parts = _parts(sync)
    hours = queries.last_hour([part["name"] for part in parts])
    return [
        {
            **part,
            "now": UNKNOWN if part["lagSeconds"] is None else _span(part["lagSeconds"]),
            **_of_hour(hour),
        }
        for part, hour in zip(parts, hours, strict=True)
    ]


def charts(sync: dict[str, Any]) -> dict[str, Any]:
    """Return a chart for each projection and replica, and the table behind them."""
    hours = queries.last_hour([part["name"] for part in _parts(sync)])
    drawn = [
        {
            "name": hour.name,
            "chart": lines.line([*map(_point, hour.minutes)]),
            **_of_hour(hour),
        }
        for hour in hours
    ]
    rows = [_row(hours, n) for n in range(queries.MINUTES)] if hours else []
    # Who has shown this already need not be sent it again.
    seen = crc32(repr((drawn, rows)).encode())
    return {"lags": drawn, "minutes": rows[::-1], "lags_seen": str(seen)}


def _parts(sync: dict[str, Any]) -> list[dict[str, Any]]:
    return [*sync["projections"], *sync["replicas"]]


def _of_hour(hour: Hour) -> dict[str, str]:
    if not any(minute.is_looked_at for minute in hour.minutes):
        return {"median": NOBODY, "worst": NOBODY}
    return {
        name: UNKNOWN if seconds is None else _span(seconds)
        for name, seconds in (("median", hour.median), ("worst", hour.worst))
    }


def _point(minute: Minute) -> lines.Point:
    at = timezone.localtime(minute.at)
    return lines.Point(
        label=f"{at:%H:%M}",
        shown=_told(minute),
        seconds=minute.seconds,
        word=f"{at:%H:%M}" if at.minute % WORD_EVERY == 0 else "",
        is_open=not minute.is_over and minute.seconds is None,
    )


def _row(hours: list[Hour], n: int) -> dict[str, Any]:
    """Return a line of the table: a minute, and what each name was behind at worst."""
    cells = [(hour.name, _told(hour.minutes[n])) for hour in hours]
    return {"at": hours[0].minutes[n].at, "cells": cells}


def _told(minute: Minute) -> str:
    if not minute.is_looked_at:
        return NOBODY if minute.is_over else "not yet"
    if minute.seconds is None:
        return UNKNOWN
    behind = f", {minute.events:,} behind" if minute.events else ""
    return f"{_span(minute.seconds)}{behind}"


def _span(seconds: float) -> str:
    """Say a lag; a tenth of a millisecond is none."""
    return showing.span(seconds) if seconds >= 0.0001 else "0 ms"
