"""Who asks, and how fresh the answer has to be."""

from collections.abc import Callable
from dataclasses import dataclass


def _stays() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Reader:
    """
    Somebody who reads.

    `name` keeps them to one replica. `at_least` is the position of the log that they
    have seen: they are answered only from data at that position or later.
    `max_age_ms` bounds the age of the data. `has_gone` tells that nobody waits for the
    answer any more.
    """

    name: str = ""
    at_least: int = 0
    max_age_ms: int | None = None
    has_gone: Callable[[], bool] = _stays


ANYBODY = Reader()
