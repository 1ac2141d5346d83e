"""Slows the commands of the API while the read side is further behind than it may be.

A thread of its own asks how far that is, and a command only looks at what it noted: no
command waits for the read side, and with nothing known of it none is refused.
"""

import logging
import math
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from orders_query import queries

logger = logging.getLogger(__name__)

COMMANDS = ("/api/command/", "/api/customers")
FRESH_SECONDS = 1.0  # that an answer is good for
STALE_SECONDS = 10.0  # after which it is no answer any more
PATIENCE_SECONDS = 0.005  # of a command, with an answer that is on its way
RETRY_AT_MOST = 30


class BehindBudget(Exception):
    """The read side has to catch up first."""

    code = "too-many-requests"

    def __init__(self, *, lag: float, budget: float) -> None:
        super().__init__(
            f"The read side is {lag:.1f} s behind, and {budget:g} s is what it may be."
        )
        self.retry_after = min(RETRY_AT_MOST, math.ceil(lag - budget))


class LagBudget(BaseThrottle):
    """Refuses a command before anything is decided; who reads is never slowed."""

    def allow_request(self, request: Request, view: Any) -> bool:
        budget: float = settings.LAG_BUDGET_SECONDS
        if budget <= 0 or request.method in SAFE_METHODS:
            return True
        if not request.path_info.startswith(COMMANDS):
            return True
        lag = _gauge.lag()
        if lag is not None and lag > budget:
            raise BehindBudget(lag=lag, budget=budget)
        return True


@dataclass(frozen=True)
class _Noted:
    """The lag in seconds, None if it could not be had, and when that was found out."""

    lag: float | None
    at: float


class _Gauge:
    """Knows how far the read side is behind."""

    def __init__(self) -> None:
        self._noted = _Noted(None, -math.inf)
        self._is_asked = threading.Event()
        self._is_noted = threading.Condition()
        self._thread: threading.Thread | None = None

    def lag(self) -> float | None:
        """Return the lag as it was a second ago at most; else the last known one."""
        if self._age() > FRESH_SECONDS:
            self._ask()
        return self._noted.lag if self._age() <= STALE_SECONDS else None

    def _age(self) -> float:
        return time.monotonic() - self._noted.at

    def _ask(self) -> None:
        with self._is_noted:
            if self._thread is None:  # with the first command: a fork has no threads
                self._thread = threading.Thread(
                    target=self._work, name="lag budget", daemon=True
                )
                self._thread.start()
            if self._is_asked.is_set():
                return  # somebody waits already, and more need not
            self._is_asked.set()
            self._is_noted.wait(PATIENCE_SECONDS)

    def _work(self) -> None:
        while True:
            self._is_asked.wait()
            lag = _measured()
            with self._is_noted:
                if lag is None and self._noted.lag is not None:
                    logger.warning("How far the read side is behind is unknown now.")
                self._noted = _Noted(lag, time.monotonic())
                self._is_asked.clear()
                self._is_noted.notify_all()


def _measured() -> float | None:
    close_old_connections()  # a lost one is noticed, and not used again
    try:
        return queries.lag_seconds()
    except Error:
        return None


_gauge = _Gauge()
