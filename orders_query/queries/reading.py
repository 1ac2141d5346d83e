"""Chooses who answers: a replica that is far enough, the read primary, or nobody.

A reader may bring a token, the position it has seen. It is answered only from data at
that position or later, whatever the projector's and the replica's lag add up to.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.utils import InterfaceError, OperationalError

from orders_command import feed
from orders_query import replicas
from orders_query.queries.answers import NotYetConsistent
from orders_query.router import PRIMARY

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.005
# A waiting reader holds a thread of the server, so only so many may wait.
_slots = threading.BoundedSemaphore(settings.WAIT_SLOTS)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A statement that answers position, known, and then what was asked for."""

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a source answered, and at which position."""

    position: int
    known: bool
    source: str
    values: tuple[Any, ...]


def read(question: Question, *, at_least: int, caller: str) -> Row:
    """
    Return the answer of the first source that has come as far as `at_least`.

    A replica's "unknown" is believed only if the read primary agrees.

    :raises NotYetConsistent: if none has, and none does within the time to wait
    """
    try:
        row = _far_enough(question, at_least, caller)
    except (OperationalError, InterfaceError) as error:
        if not at_least:
            raise
        # With the read primary away too, the log may still tell.
        raise NotYetConsistent(at_least) from error
    if row is None:
        raise NotYetConsistent(at_least)
    return row


def _far_enough(question: Question, at_least: int, caller: str) -> Row | None:
    row = _from_replicas(question, at_least, caller)
    if row is None and at_least:
        if not _is_possible(at_least):
            return None
        row = _wait(question, at_least, caller)
    if row is None or not row.known:
        row = _ask(PRIMARY, question, at_least)
    return row


def _from_replicas(question: Question, at_least: int, caller: str) -> Row | None:
    for alias in replicas.choices(caller):
        row = _try(alias, question, at_least)
        if row is not None:
            return row
    return None


def _wait(question: Question, at_least: int, caller: str) -> Row | None:
    """Ask again until a replica is far enough, if there is room to wait."""
    with _slot() as taken:
        if not taken:
            return None
        deadline = time.monotonic() + settings.CONSISTENCY_WAIT_SECONDS
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            sources = replicas.choices(caller)[:1] or [PRIMARY]
            row = _try(sources[0], question, at_least)
            if row is not None:
                return row
    return None


@contextmanager
def _slot() -> Iterator[bool]:
    taken = _slots.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _slots.release()


def _is_possible(at_least: int) -> bool:
    """Tell whether the log has come so far; without the log nobody can tell."""
    try:
        return at_least <= feed.head()
    except (OperationalError, InterfaceError):
        return True


def _try(alias: str, question: Question, at_least: int) -> Row | None:
    """Ask a replica; one that fails (lost, or in conflict with replay) gets a rest."""
    try:
        row = _ask(alias, question, at_least)
        replicas.works(alias)
    except (OperationalError, InterfaceError) as error:
        if alias == PRIMARY:
            raise
        logger.warning("%s does not answer: %s", alias, type(error).__name__)
        replicas.rest(alias)
        return None
    return row


def _ask(alias: str, question: Question, at_least: int) -> Row | None:
    """Return what the source answers, or None if it is not far enough."""
    with connections[alias].cursor() as cursor:
        cursor.execute(question.sql, {**question.parameters, "at_least": at_least})
        position, known, *values = cursor.fetchone()
    if position < at_least:
        return None
    return Row(position=position, known=known, source=alias, values=tuple(values))
