"""How far apart batches are, so that many events share what a batch costs."""

import math
import time
from collections.abc import Callable

# So many events a second are shown one by one; from twice as many on, each waits for
# others. However small, a batch keeps three servers busy: at 400 commands a second a
# command took 4.5 ms of CPU in all without this, and 3.2 with it. From 200 on it would
# be felt at 200 already, since no rate is even.
AT_ONCE_PER_SECOND = 300.0
LONGEST_SECONDS = 0.02
REMEMBERED_SECONDS = 0.25


class Pace:
    """
    Knows how many events come in a second, and spaces batches by it.

    The same bargain as PostgreSQL's commit_delay with commit_siblings: who is alone
    waits for nobody.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rate = 0.0
        self._at = clock()

    def took(self, events: int) -> None:
        """Note that a batch of so many events has been applied."""
        now = self._clock()
        forgotten = math.exp((self._at - now) / REMEMBERED_SECONDS)
        self._rate = self._rate * forgotten + events / REMEMBERED_SECONDS
        self._at = now

    def due_in(self, *, since: float) -> float:
        """Return in how many seconds the next batch is due, if the last began then."""
        return max(0.0, since + spacing(self._rate) - self._clock())


def spacing(rate: float) -> float:
    """Return how far the beginnings of two batches are apart, at events a second."""
    surplus = rate / AT_ONCE_PER_SECOND - 1
    return LONGEST_SECONDS * min(1.0, max(0.0, surplus))
