"""Fills the shadow tables from the log, from where it has come to."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from orders_command import faults, feed
from orders_query.projector import end_try, sets, step
from orders_query.rebuilding.loading import load, may_load

BATCH = 5000
EVENTS = "events"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """
    How far it is: positions of the log, events a second, seconds left. When orders are
    compared, orders take the place of both.
    """

    position: int
    head: int
    events: int
    seconds: float
    unit: str = EVENTS

    @property
    def rate(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None while nothing can be told; positions are about as many as events."""
        if not self.rate:
            return None
        return max(0, self.head - self.position) / self.rate


def fill(projection: str, *, batch: int = BATCH) -> Iterator[Progress]:
    """
    Apply the log up to its head, batch by batch; yield after each.

    It goes on where an earlier one was ended, however that was; a load of the whole
    log begins anew.
    """
    name, began = sets.name_of(projection, sets.SHADOW), time.monotonic()
    try:
        if may_load(projection):
            for loaded, known in load():
                yield Progress(
                    position=loaded,
                    head=known,
                    events=loaded,
                    seconds=time.monotonic() - began,
                )
        yield from _stepped(projection, name, batch=batch, began=began)
    finally:
        end_try(name)


def _stepped(
    projection: str, name: str, *, batch: int, began: float
) -> Iterator[Progress]:
    """Go on batch by batch from where the set stands."""
    events, has_begun, limit = 0, False, batch
    while True:
        done = step(name, limit=limit, has_begun=has_begun, goes_on=True)
        limit = 2 if done.careful else min(batch, limit * 2)
        has_begun = done.applied > 0
        events += done.applied
        head = feed.head()
        yield Progress(
            position=done.position,
            head=head,
            events=events,
            seconds=time.monotonic() - began,
        )
        faults.reach("rebuild.after_batch", projection)
        if head <= done.position or not done.applied:
            return
