"""Where a projection stands, the fence around moving it, and the pulse it gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connections

from orders_command.events import Recorded
from orders_query.databases import PRIMARY
from orders_query.projection import stored
from orders_query.projector import statements

PULSE = timedelta(seconds=0.9)  # a beat comes every second
_LOCK_NOT_AVAILABLE = "55P03"


class Overtaken(Exception):
    """Another runner has moved the checkpoint, or is about to."""


class NoSuchSet(Exception):
    """The set of tables has no checkpoint: it has been dropped, or was never made."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """
    How far a projection is: the position, its event's hash, and as of when.

    `tries` have been begun from here and have not ended.
    """

    position: int
    hash: bytes
    fresh_at: datetime | None
    tries: int


def stand_of(name: str) -> Stand:
    """
    Return where a set stands.

    :raises NoSuchSet: if there is none of that name
    """
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.CHECKPOINT, [stored(name)])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchSet(name)
    position, digest, fresh_at, tries = row
    return Stand(position=position, hash=bytes(digest), fresh_at=fresh_at, tries=tries)


def begin_missing(names: Iterable[str]) -> None:
    """
    Let projections that have no checkpoint yet start before the first event.

    Where the tables are not made yet, nothing happens.
    """
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.IS_MADE)
        if cursor.fetchone()[0]:
            cursor.execute(statements.BEGIN_MISSING, [[*map(stored, names)]])


def begin_try(name: str, position: int) -> int:
    """
    Note that a try begins, whatever becomes of this process; return how many have.

    :raises Overtaken: if the projection does not stand there, or somebody else moves it
    """
    row = _one_unless_held(statements.BEGIN_TRY, stored(name), position)
    if row is None:
        raise Overtaken
    return int(row[0])


def end_try(name: str) -> None:
    """Note that nobody is at work any more."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.END_TRY, [stored(name)])


def fence(name: str, position: int) -> int:
    """
    Go on only if the projection still stands where the batch was read from.

    Call it first in the transaction that writes: from here on nobody else moves it.
    Return how many events are parked.

    :raises Overtaken: if it does not, or if somebody else is about to move it
    """
    row = _one_unless_held(statements.FENCE, stored(name))
    if row is None or row[0] != position:
        raise Overtaken
    return int(row[1])


def move(
    name: str, *, to: Recorded, fresh_at: datetime | None = None, goes_on: bool = False
) -> None:
    """
    Move the checkpoint to an event, as of a time by the log's clock.

    If the runner `goes_on`, its next try has begun with that.
    """
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.MOVE,
            {
                "name": stored(name),
                "position": to.position,
                "hash": to.hash,
                "fresh_at": fresh_at,
                "tries": int(goes_on),
            },
        )


def halt(name: str, position: int, why: str) -> None:
    """Leave word why the projection cannot go on; it is taken back when it does."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.HALT, {"name": stored(name), "position": position, "why": why}
        )


def freshen(name: str, stand: Stand, *, fresh_at: datetime) -> bool:
    """Say that nothing is missing as of now, once in a while; return if it was said."""
    if stand.fresh_at is not None and fresh_at - stand.fresh_at < PULSE:
        return False
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.FRESHEN,
            {"name": stored(name), "position": stand.position, "fresh_at": fresh_at},
        )
    return True


def _one_unless_held(sql: str, *parameters: str | int) -> tuple[Any, ...] | None:
    try:
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(sql, parameters)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise Overtaken from error
        raise
