"""Decides whether somebody may ask for one more: the only place that does."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from prometheus_client import Counter

from config.limiting import bucket, line
from config.limiting.budgets import SECOND, Budget, Verdict, refusal
from config.limiting.leases import Leases
from config.limiting.line import HungUp, Line, NoAnswer, NoScript

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # after a failure, in which this process does not try again
REMEMBERED = 10_000  # refusals

_UNCHECKED = Counter(
    "orders_rate_limit_unchecked_total", "Requests let through uncounted."
)
_REFUSED = Counter(
    "orders_rate_limit_refused_total", "Requests beyond a budget.", ["budget"]
)
Hear = Callable[[], Verdict | None]


class Limiter:
    """
    Counts in Valkey what callers spend; with Valkey away everybody is let through.

    Each thread has a connection of its own. Who was refused is not asked for again
    before one more can be admitted.
    """

    def __init__(self, url: str) -> None:
        self._pool = line.pool_of(url)
        self._of_thread = threading.local()
        self._leases = Leases()
        self._refused_until: dict[tuple[str, bytes], float] = {}
        self._pause = _Pause()

    def ask(self, budget: Budget, caller: bytes) -> Hear:
        """
        Put the question, and return how to hear the verdict once the work is done.

        The same thread has to hear it. None is no verdict: nobody was asked, or nobody
        has answered.
        """
        leased = self._leases.spend(budget, caller)
        if leased is not None:
            return lambda: leased
        wait = self._refused_until.get((budget.name, caller), 0.0) - time.monotonic()
        if wait > 0:
            return partial(_refused, refusal(budget, round(wait * SECOND)))
        wanted = self._leases.wanted(budget, caller)
        if not self._is_asked(bucket.spend(budget, caller, wanted)):
            return _unchecked
        return partial(self._heard, budget, caller, wanted)

    def _is_asked(self, command: bytes) -> bool:
        if not self._pause.may_try():
            return False
        try:
            self._line().send(command)
        except NoAnswer as error:
            self._lose(error)
            return False
        return True

    def _heard(self, budget: Budget, caller: bytes, wanted: int) -> Verdict | None:
        try:
            told = self._told(budget, caller, wanted)
        except NoAnswer as error:
            self._lose(error)
            _unchecked()
            return None
        self._pause.end()
        taken, duration = bucket.understood(told)
        if not taken:
            self._remember(budget, caller, duration)
            return _refused(refusal(budget, duration))
        self._leases.add(budget, caller, taken=taken, until_full=duration)
        return Verdict(budget=budget, until_full=duration - (taken - 1) * budget.cost)

    def _told(self, budget: Budget, caller: bytes, wanted: int) -> int:
        """Return the answer to what was asked, which may have to be asked again."""
        own: Line = self._of_thread.line
        try:
            return own.receive()
        except NoScript:
            pass
        except HungUp:
            self._hang_up()
            own = self._line()
        own.send(bucket.spend_in_full(budget, caller, wanted))
        return own.receive()

    def _line(self) -> Line:
        """Return the thread's own, a new one if it waits for what nobody has heard."""
        own: Line | None = getattr(self._of_thread, "line", None)
        if own is not None and own.is_waiting:
            self._hang_up()
            own = None
        if own is None:
            own = self._of_thread.line = Line(self._pool)
        return own

    def _lose(self, error: NoAnswer) -> None:
        self._pause.begin(error)
        self._hang_up()

    def _hang_up(self) -> None:
        own: Line | None = getattr(self._of_thread, "line", None)
        self._of_thread.line = None
        if own is not None:
            own.close()

    def _remember(self, budget: Budget, caller: bytes, wait: int) -> None:
        if len(self._refused_until) >= REMEMBERED:
            self._refused_until.clear()
        self._refused_until[budget.name, caller] = time.monotonic() + wait / SECOND


class _Pause:
    """A circuit breaker: after a failure nobody waits for Valkey for a while."""

    def __init__(self) -> None:
        self._is_on = False
        self._until = 0.0

    def may_try(self) -> bool:
        if not self._is_on:
            return True
        now = time.monotonic()
        if now < self._until:
            return False
        self._until = now + PAUSE_SECONDS  # one tries for all
        return True

    def begin(self, error: NoAnswer) -> None:
        if not self._is_on:
            logger.warning("Callers are not counted, Valkey: %s", error)
        self._is_on = True
        self._until = time.monotonic() + PAUSE_SECONDS

    def end(self) -> None:
        if self._is_on:
            logger.warning("Callers are counted again.")
        self._is_on = False


def _unchecked() -> None:
    _UNCHECKED.inc()


def _refused(found: Verdict) -> Verdict:
    _REFUSED.labels(found.budget.name).inc()
    return found
