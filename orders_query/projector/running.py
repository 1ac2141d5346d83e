"""One runner at a time works a projection's events off, and lingers for more."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from orders_command import feed
from orders_query.projector.stepping import step
from orders_query.router import PRIMARY

LINGER_SECONDS = 0.1  # a task that stays is cheaper than a task for each event
POLL_SECONDS = 0.002


def catch_up(projection: str, *, seconds: float = 20.0) -> bool:
    """
    Apply what the log has and the projection has not, for so many seconds at most.

    Return whether there is more: the time was up, or an event came in just as the
    work was let go, when a ring for it may have found the work taken.
    """
    deadline = time.monotonic() + seconds
    with _sole_runner(projection) as alone:
        if not alone:
            return False
        position, applied = step(projection)
        worked = applied > 0
        while worked and time.monotonic() < deadline:
            position, applied = step(projection)
            worked = applied > 0 or _more_within(LINGER_SECONDS, position)
    return feed.head() > position


@contextmanager
def _sole_runner(projection: str) -> Iterator[bool]:
    """Hold the projection's lock if it is free. It saves work; the fence is law."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", [projection])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connections[PRIMARY].cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtext(%s))", [projection])


def _more_within(seconds: float, position: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if feed.head() > position:
            return True
        time.sleep(POLL_SECONDS)
    return False
