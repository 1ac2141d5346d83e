"""One batch: read and proven from the log, folded in memory, written at once."""

from django.db import OperationalError, connections, transaction

from orders_command import feed
from orders_command.events import Recorded
from orders_query.projection import apply
from orders_query.projector import rows
from orders_query.router import PRIMARY

BATCH = 1000
_LOCK_NOT_AVAILABLE = "55P03"


class LogReplaced(Exception):
    """The log is not the one that the checkpoint has seen; rebuild the projection."""


class Overtaken(Exception):
    """Another runner has moved the checkpoint, or is about to."""


def step(projection: str, *, limit: int = BATCH) -> tuple[int, int]:
    """
    Apply one batch; return where the projection stands and how many events it took.

    A second runner at the same time changes nothing: the checkpoint moves in the
    transaction of the rows, and only from where the batch was read.

    :raises LogReplaced: if the event at the checkpoint is missing or another one
    """
    position, digest = rows.checkpoint(projection)
    batch = feed.read(after=position, limit=limit)
    if position and batch.anchor != digest:
        raise LogReplaced(
            f"Event {position} is not in the log as {projection!r} has applied it: "
            "the log was replaced. Rebuild the projection."
        )
    if not batch.events:
        return position, 0
    try:
        _write(projection, position, batch.events)
    except Overtaken:
        return position, 0
    return batch.events[-1].position, len(batch.events)


def _write(projection: str, position: int, events: tuple[Recorded, ...]) -> None:
    with transaction.atomic(using=PRIMARY):
        # Before the rows are loaded: from here on nobody else moves them.
        _fence(projection, position)
        touched = rows.load(events)
        for recorded in events:
            apply(touched, recorded)
        rows.save(touched, rows.words_of_the_day(touched))
        rows.move(projection, to=events[-1])


def _fence(projection: str, position: int) -> None:
    """Go on only if the projection still stands where the batch was read from."""
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
