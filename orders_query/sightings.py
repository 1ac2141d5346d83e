"""Looks at each replica until it shows what the projector has just written.

It runs in the projector's process, a thread for each replica, so that one that is
frozen holds up nobody. What it sees is what a reader would: it feeds a histogram, the
trace of an order, and the samples of the lag.
"""

import logging
import threading
import time
from datetime import datetime

from django.conf import settings
from django.db import Error, connections

from orders_command import tracing
from orders_query import metrics
from orders_query.databases import PRIMARY
from orders_query.peaks import Peak
from orders_query.projector import ORDERS, Step

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.002
LONGEST_POLL_SECONDS = 0.1
AFTER_FAILURE_SECONDS = 1.0
# Under load the first and the last sighting of so many seconds speak for the others.
WRITTEN_APART_SECONDS = 0.2
KEPT_HOURS = 24
# After so long the log's clock tells how far a replica is behind: it goes by the newest
# step, while one that is waited for grows old.
LONG_SECONDS = 1.0


Sighting = tuple[int, datetime]  # a position, and when it was seen
Wanted = tuple[Step, float]  # what is looked for, and the monotonic time it was asked


class Lookout:
    """Looks for one step at a time on one replica; a newer step takes its place."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.peak = Peak()  # of the seconds from the step to its sighting
        self._news = threading.Condition()
        self._wanted: Wanted | None = None
        self._kept: list[Sighting] = []
        self._written_at = 0.0
        threading.Thread(
            target=self._look, name=f"lookout {alias}", daemon=True
        ).start()

    def look_for(self, step: Step) -> None:
        """Ask for a step, and return at once."""
        with self._news:
            self._wanted = step, time.monotonic()
            self._news.notify()

    def _look(self) -> None:
        while True:
            wanted = self._next()
            try:
                if wanted is not None:
                    self._await(*wanted)
                self._write_in_time()
            except Error as error:
                logger.warning(
                    "%s: not looked at: %s", self.alias, type(error).__name__
                )
                connections.close_all()
                time.sleep(AFTER_FAILURE_SECONDS)

    def _next(self) -> Wanted | None:
        """Wait for a step, or for the time to write what is kept."""
        due_in = self._written_at + WRITTEN_APART_SECONDS - time.monotonic()
        with self._news:
            if self._wanted is None:
                self._news.wait(max(0.0, due_in) if self._kept else None)
            wanted, self._wanted = self._wanted, None
            return wanted

    def _await(self, step: Step, asked_at: float) -> None:
        pause = POLL_SECONDS
        while (seen := self._seen(step, asked_at)) is None:
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
        seen_at, position = seen
        assert step.since is not None
        tracing.visible(self.alias, position)
        metrics.seen(self.alias, max(0.0, (seen_at - step.since).total_seconds()))
        if step.applied:
            self._kept = [*self._kept[:1], (position, seen_at)]

    def _write_in_time(self) -> None:
        is_due = time.monotonic() - self._written_at > WRITTEN_APART_SECONDS
        if self._kept and is_due:
            kept, self._kept = self._kept, []
            self._written_at = time.monotonic()
            _write(self.alias, kept)

    def _seen(self, step: Step, asked_at: float) -> tuple[datetime, int] | None:
        """Return when the replica shows the step, and how far it is then."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(_LOOK, [ORDERS])
            now, position, fresh_at = cursor.fetchone()
        there = position >= step.position
        if not step.applied:  # a pulse moves no position
            there = there and fresh_at is not None and fresh_at >= step.since
        waited = time.monotonic() - asked_at
        self.peak.note(waited if there else self._behind(step, fresh_at, waited))
        return (now, position) if there else None

    def _behind(self, step: Step, shown: datetime | None, waited: float) -> float:
        """Return how many seconds the replica is behind what was asked for last."""
        newest, _ = self._wanted or (step, waited)
        written = newest.stand.fresh_at if newest.stand else None
        if waited < LONG_SECONDS or shown is None or written is None:
            return waited
        return max(waited, (written - shown).total_seconds())


_lookouts: dict[str, Lookout] = {}


def look_for(projection: str, step: Step) -> None:
    """Look for a step of the `orders` projection on each replica, in the background."""
    if projection != ORDERS:
        return
    for alias in settings.REPLICAS:
        if alias not in _lookouts:
            _lookouts[alias] = Lookout(alias)
        _lookouts[alias].look_for(step)


def peaks() -> dict[str, Peak]:
    """Return what each replica that this process looks at was behind at worst."""
    return {alias: lookout.peak for alias, lookout in _lookouts.items()}


def forget() -> None:
    """Delete sightings that are older than a day."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_FORGET, [KEPT_HOURS])


def _write(alias: str, sightings: list[Sighting]) -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.executemany(_WRITE, [(alias, *sighting) for sighting in sightings])


_LOOK = """
select clock_timestamp(), position, fresh_at from orders_query_checkpoint
where name = %s
"""
_WRITE = """
insert into orders_query_sighting (replica, position, seen_at) values (%s, %s, %s)
on conflict do nothing
"""
_FORGET = """
delete from orders_query_sighting
where seen_at < clock_timestamp() - make_interval(hours => %s)
"""
