"""Keeps how far behind each projection and each replica was, every ten seconds.

A sample is what is behind now, and the worst that the projector's steps and the
lookouts have met since the last one, in the ten seconds in which they met it. So what
comes and goes between two samples is not lost, and a sample that is taken twice, late
or by two workers changes nothing: the greatest stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, connections
from django.utils import timezone

from orders_command import feed
from orders_query import projector, sightings
from orders_query.databases import PRIMARY
from orders_query.peaks import Peak
from orders_query.projector import PROJECTIONS, Step

SECONDS = 10  # of an interval; the beat asks as often
KEPT_HOURS = 24
_peaks = {name: Peak() for name in PROJECTIONS}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How far something was behind; `seconds` is None if nobody could tell."""

    at: datetime
    name: str
    seconds: float | None
    events: int | None = None


def note(projection: str, step: Step) -> None:
    """Note how old the oldest event of a step was when it became visible."""
    if step.applied and step.since is not None and projection in _peaks:
        age = timezone.now() - step.since
        _peaks[projection].note(age.total_seconds())


def sample() -> None:
    """Keep what is behind now, and the worst since the last sample."""
    now = timezone.now()
    keep([*_projections(now), *_replicas(now)])


def keep(samples: Iterable[Sample]) -> None:
    """Write samples, each into its interval: the greatest that it has met stays."""
    # In one order, or two workers might wait for each other in a circle.
    in_order = sorted(samples, key=lambda s: (_interval(s.at), s.name))
    rows = [(_interval(s.at), s.name, s.seconds, s.events) for s in in_order]
    with connections[PRIMARY].cursor() as cursor:
        cursor.executemany(_KEEP, rows)


def forget() -> None:
    """Delete samples that are older than a day."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_FORGET, [KEPT_HOURS])


def _projections(now: datetime) -> Iterator[Sample]:
    for name, peak in _peaks.items():
        events, seconds = _backlog(name)
        yield Sample(at=now, name=name, seconds=seconds, events=events)
        yield from _worst(name, peak)


def _replicas(now: datetime) -> Iterator[Sample]:
    """Only the process that looks at the replicas can tell, or tell that it cannot."""
    for name, peak in sightings.peaks().items():
        worst = [*_worst(name, peak)]
        yield from worst or [Sample(at=now, name=name, seconds=None)]


def _worst(name: str, peak: Peak) -> Iterator[Sample]:
    noted = peak.take()
    if noted is not None:
        seconds, at = noted
        yield Sample(at=at, name=name, seconds=seconds)


def _backlog(name: str) -> tuple[int, float] | tuple[None, None]:
    position = projector.stand_of(name).position
    try:
        return feed.backlog(after=position)
    except Error:
        connections["default"].close()
        return None, None  # the command database is away


def _interval(at: datetime) -> datetime:
    return at.replace(second=at.second // SECONDS * SECONDS, microsecond=0)


_KEEP = """
insert into orders_query_lagsample as kept (at, name, seconds, events)
values (%s, %s, %s, %s)
on conflict (at, name) do update set
  seconds = greatest(kept.seconds, excluded.seconds),
  events = greatest(kept.events, excluded.events)
"""
_FORGET = """
delete from orders_query_lagsample
where at < clock_timestamp() - make_interval(hours => %s)
"""
