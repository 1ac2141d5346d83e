"""
Published. What a tracer hears of the way from a command to the row that shows it.

Nobody listens unless the settings name a tracer (`TRACER`): then each process makes
one on first use, and so after any fork. What it hears are names and ids, no words.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from orders_command.events import Recorded


class Span(Protocol):
    """A stretch of work that is under way."""

    def tell(self, **attributes: Any) -> None:
        """Add to what is told of it; None is left out."""


class Tracer(Protocol):
    def span(self, name: str, **attributes: Any) -> AbstractContextManager[Span]: ...

    def appended(
        self, name: str, stream_id: UUID, version: int, *, began_ns: int
    ) -> None: ...

    def applied(
        self, projection: str, events: Iterable[Recorded], *, began_ns: int
    ) -> None: ...

    def visible(self, replica: str, position: int) -> None: ...


class _Nothing:
    def tell(self, **attributes: Any) -> None:
        """Nobody listens."""


_NOTHING = _Nothing()
_making = threading.Lock()
_made: list[Tracer | None] = []  # one, once somebody has asked
os.register_at_fork(after_in_child=_made.clear)


def tracer() -> Tracer | None:
    """Return this process's tracer, None if there is none."""
    if not _made:
        with _making:
            if not _made:
                name: str = settings.TRACER
                _made.append(import_string(name)() if name else None)
    return _made[0]


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[Span]:
    """Tell of what happens within, as a part of what is under way."""
    found = tracer()
    if found is None:
        yield _NOTHING
    else:
        with found.span(name, **attributes) as begun:
            yield begun


def now_ns() -> int:
    """Return the time in ns since 1970, as the functions below take it."""
    return time.time_ns()


def appended(name: str, stream_id: UUID, version: int, *, began_ns: int) -> None:
    """Tell that an event is in the log, committed, and since when that was tried."""
    found = tracer()
    if found is not None:
        found.appended(name, stream_id, version, began_ns=began_ns)


def applied(projection: str, events: Iterable[Recorded], *, began_ns: int) -> None:
    """Tell that events are in a projection's tables, each as a part of its request."""
    found = tracer()
    if found is not None:
        found.applied(projection, events, began_ns=began_ns)


def visible(replica: str, position: int) -> None:
    """Tell that a replica shows the orders as of a position of the log."""
    found = tracer()
    if found is not None:
        found.visible(replica, position)
