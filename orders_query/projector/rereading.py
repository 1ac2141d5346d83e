"""Parked events that an older worker could not read: a newer one applies them."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from operator import attrgetter

from orders_command import feed
from orders_command.events import Unreadable
from orders_query.projector.parking import (
    APPLIED,
    NothingParked,
    ProjectorIsBusy,
    Waiting,
    retry,
    waiting,
)

logger = logging.getLogger(__name__)

ACTOR = "system:upgrade"
SECONDS = 2.0  # the projector may wait for this task; the next one goes on


def retry_unreadable(*, seconds: float = SECONDS) -> int:
    """
    Apply what waits since who parked it did not know it, and this code does.

    While old and new workers run side by side an old one parks what only the new ones
    know. Return how many events were applied; what is still unreadable is not touched.
    After so many `seconds` the rest is left to the next time, but never all of it.
    """
    applied = 0
    ends_at = time.monotonic() + seconds
    for first in _readable():
        # Else somebody else decides on it, or the next time will do.
        with suppress(NothingParked, ProjectorIsBusy):
            applied += retry(first.name, first.stream_id, actor=ACTOR).count(APPLIED)
        if time.monotonic() >= ends_at:
            break
    if applied:
        logger.info(
            "%s events are applied that an older worker could not read", applied
        )
    return applied


def _readable() -> Iterator[Waiting]:
    """Yield first events that can be read now; of those with one error all or none."""
    by_error = attrgetter("error")
    unread = [w for w in waiting() if w.error.startswith(f"{Unreadable.__name__}:")]
    for _, alike in groupby(sorted(unread, key=by_error), by_error):
        for first in alike:
            if not _can_be_read(first):
                break  # nor can the others: asking for each would take for ever
            yield first


def _can_be_read(first: Waiting) -> bool:
    found = feed.events_of(
        first.stream_id, after=first.version - 1, up_to=first.version
    )
    return bool(found) and not isinstance(found[0].content, Unreadable)
