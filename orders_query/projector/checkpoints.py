"""Where a projection stands, the fence around moving it, and the pulse it gives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connections

from orders_command.events import Recorded
from orders_query.databases import PRIMARY
from orders_query.projector import statements

PULSE = timedelta(seconds=0.9)  # a beat comes every second
_LOCK_NOT_AVAILABLE = "55P03"


class Overtaken(Exception):
    """Another runner has moved the checkpoint, or is about to."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """How far a projection is: the position, its event's hash, and as of when."""

    position: int
    hash: bytes
    fresh_at: datetime | None


def stand_of(projection: str) -> Stand:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.CHECKPOINT, [projection])
        position, digest, fresh_at = cursor.fetchone()
    return Stand(position=position, hash=bytes(digest), fresh_at=fresh_at)


def fence(projection: str, position: int) -> None:
    """
    Go on only if the projection still stands where the batch was read from.

    Call it first in the transaction that writes: from here on nobody else moves it.

    :raises Overtaken: if it does not, or if somebody else is about to move it
    """
    sql = (
        "select position from orders_query_checkpoint where name = %s for update nowait"
    )
    try:
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(sql, [projection])
            (stands,) = cursor.fetchone()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise Overtaken from error
        raise
    if stands != position:
        raise Overtaken


def move(projection: str, *, to: Recorded, fresh_at: datetime | None = None) -> None:
    """Move the checkpoint to an event, as of a time by the log's clock."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.MOVE,
            {
                "name": projection,
                "position": to.position,
                "hash": to.hash,
                "fresh_at": fresh_at,
            },
        )


def freshen(projection: str, stand: Stand, *, fresh_at: datetime) -> bool:
    """Say that nothing is missing as of now, once in a while; return if it was said."""
    if stand.fresh_at is not None and fresh_at - stand.fresh_at < PULSE:
        return False
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.FRESHEN,
            {"name": projection, "position": stand.position, "fresh_at": fresh_at},
        )
    return True
