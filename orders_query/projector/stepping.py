"""One batch: read and proven from the log, folded in memory, written at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orders_command import faults, feed
from orders_query.databases import PRIMARY
from orders_query.projector import rows, sales
from orders_query.projector.checkpoints import (
    Overtaken,
    fence,
    freshen,
    move,
    stand_of,
)

BATCH = 1000
ORDERS, SALES = "orders", "sales"
# Each owns its tables and its checkpoint; none reads another's.
PROJECTIONS: dict[str, Callable[..., None]] = {
    ORDERS: rows.apply_all,
    SALES: sales.apply_all,
}


class LogReplaced(Exception):
    """The log is not the one that the checkpoint has seen; rebuild the projection."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    Where a projection stands after a batch, and how many events that took.

    `since` is the time, by the log's clock, from which on a reader could miss what
    the step has made visible; None if it made nothing visible.
    """

    position: int
    applied: int = 0
    since: datetime | None = None


def step(
    projection: str, *, limit: int = BATCH, rung_at: datetime | None = None
) -> Step:
    """
    Apply one batch, at most `limit` events; `rung_at` is when the doorbell rang.

    A second runner at the same time changes nothing: the checkpoint moves in the
    transaction of the rows, and only from where the batch was read.

    :raises LogReplaced: if the event at the checkpoint is missing or another one
    """
    stand = stand_of(projection)
    batch = feed.read(after=stand.position, limit=limit)
    if stand.position and batch.anchor != stand.hash:
        raise LogReplaced(
            f"Event {stand.position} is not in the log as {projection!r} has applied "
            "it: the log was replaced. Rebuild the projection."
        )
    if not batch.events:
        said = freshen(projection, stand, fresh_at=batch.fresh_at)
        return Step(position=stand.position, since=batch.fresh_at if said else None)
    try:
        _write(projection, stand.position, batch, rung_at)
    except Overtaken:
        return Step(position=stand.position)
    return Step(
        position=batch.events[-1].position,
        applied=len(batch.events),
        since=batch.events[0].recorded_at,
    )


def _write(
    projection: str, position: int, batch: feed.Batch, rung_at: datetime | None
) -> None:
    with transaction.atomic(using=PRIMARY):
        fence(projection, position)
        PROJECTIONS[projection](batch.events, rung_at=rung_at)
        move(projection, to=batch.events[-1], fresh_at=batch.fresh_at)
        faults.reach("projection.before_commit", projection)
    faults.reach("projection.after_commit", projection)
