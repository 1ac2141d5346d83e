"""Chooses who answers: a replica that is fresh enough, the read primary, or nobody.

A reader may bring a token, the position it has seen, and a greatest age. It is answered
only from data at that position or later and not older than that, whatever the
projector's and the replica's lag add up to.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.utils import InterfaceError, InternalError, OperationalError

from orders_command import feed, tracing
from orders_query import health, metrics, replicas
from orders_query.databases import PRIMARY
from orders_query.queries.answers import NotYetConsistent
from orders_query.queries.asking import Reader

logger = logging.getLogger(__name__)

ORDERS = "orders"
POLL_SECONDS = 0.003
LONGEST_POLL_SECONDS = 0.03
WAKE_SECONDS = 0.1  # to see whether another source has come so far, or nobody waits
# A waiting reader holds a thread of the server, so only so many may wait.
_slots = threading.BoundedSemaphore(settings.WAIT_SLOTS)

# Lost, in conflict with replay, or ended by a time-out of the server's.
LOST = (OperationalError, InterfaceError, InternalError)
_CONFLICT = frozenset({"40001", "40P01"})  # the replica is well, the answer is not
_TOO_SLOW = "57014"  # it would be as slow anywhere else


@dataclass(frozen=True, kw_only=True)
class Question:
    """A statement that answers position, age in ms, known, and then what was asked."""

    sql: str
    projection: str = ORDERS
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a source answered, at which position, and how old that is at most."""

    position: int
    age_ms: int | None
    known: bool | None
    source: str
    values: tuple[Any, ...]


def read(question: Question, *, reader: Reader) -> Row:
    """
    Return the answer of the first source that is fresh enough for the reader.

    A replica's "unknown" is believed only if the read primary agrees.

    :raises NotYetConsistent: if none is, and none gets so within the time to wait
    """
    try:
        row = _fresh_enough(question, reader)
    except LOST as error:
        if not reader.at_least or _sqlstate(error) == _TOO_SLOW:
            raise
        # With the read primary away too, the log may still tell.
        raise NotYetConsistent(reader) from error
    if row is None:
        raise NotYetConsistent(reader)
    metrics.read_from(row.source)
    return row


def _fresh_enough(question: Question, reader: Reader) -> Row | None:
    row = _from_replicas(question, reader)
    if row is None and (reader.at_least or reader.max_age_ms is not None):
        if not _is_possible(reader.at_least):
            return None
        row = _wait(question, reader)
    if row is None or not row.known:
        row = _ask(PRIMARY, question, reader)
    return row


def _from_replicas(question: Question, reader: Reader) -> Row | None:
    for alias in replicas.choices(reader.name):
        row = _try(alias, question, reader)
        if row is not None:
            return row
    return None


def _wait(question: Question, reader: Reader) -> Row | None:
    """Ask again until a replica is fresh enough, if there is room to wait."""
    began = time.monotonic()
    with tracing.span("wait for a replica") as span, _slot() as taken:
        row = _waited_for(question, reader) if taken else None
        outcome = "satisfied" if row else "timed out" if taken else "no slot"
        span.tell(outcome=outcome, position=reader.at_least)
    metrics.waited(time.monotonic() - began, outcome)
    return row


def _waited_for(question: Question, reader: Reader) -> Row | None:
    deadline = time.monotonic() + settings.CONSISTENCY_WAIT_SECONDS
    pause = POLL_SECONDS
    while time.monotonic() < deadline and not reader.has_gone():
        sources = replicas.soon_enough(reader.name) or [PRIMARY]
        if question.projection == ORDERS and reader.at_least:
            # One watch looks for all who wait.
            left = min(WAKE_SECONDS, deadline - time.monotonic())
            health.watch(sources[0]).wait_for(reader.at_least, left)
        for alias in sources:
            row = _try(alias, question, reader)
            if row is not None:
                return row
        time.sleep(pause)
        pause = min(pause * 1.3, LONGEST_POLL_SECONDS)
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
        return not at_least or at_least <= feed.head()
    except LOST:
        return True


def _try(alias: str, question: Question, reader: Reader) -> Row | None:
    """Ask a source; None if a replica is lost, or in conflict with replay."""
    try:
        return _ask(alias, question, reader)
    except LOST as error:
        if alias == PRIMARY or _sqlstate(error) == _TOO_SLOW:
            raise
        logger.warning("%s does not answer: %s", alias, type(error).__name__)
        if _sqlstate(error) not in _CONFLICT:
            replicas.failed(alias)
        return None


def _ask(alias: str, question: Question, reader: Reader) -> Row | None:
    """Return what the source answers, or None if it is not fresh enough."""
    parameters = {**question.parameters, "at_least": reader.at_least}
    with tracing.span("read", source=alias), connections[alias].cursor() as cursor:
        cursor.execute(question.sql, parameters)
        position, age_ms, known, *values = cursor.fetchone()
    if position < reader.at_least:
        return None
    row = Row(
        position=position,
        age_ms=age_ms,
        known=known,
        source=alias,
        values=tuple(values),
    )
    return row if reader.max_age_ms is None else _young_enough(row, reader.max_age_ms)


def _young_enough(row: Row, max_age_ms: int) -> Row | None:
    """Return the row if it is no older; if its own clock does not say so, ask the log.

    The checkpoint's clock moves once a second on an idle system. The log knows better:
    as long as nothing follows the row's position, the row is not old at all.
    """
    if row.age_ms is not None and row.age_ms <= max_age_ms:
        return row
    try:
        age_ms = round(feed.age_of_next(after=row.position) * 1000)
    except LOST:
        return None
    return replace(row, age_ms=age_ms) if age_ms <= max_age_ms else None


def _sqlstate(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
