"""A moment at which two sets of tables stand at the same position."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from orders_query import health
from orders_query.databases import PRIMARY
from orders_query.projector import sets, stand_of
from orders_query.rebuilding.swapping import (
    HOLD,
    SwapRefused,
    bring_level,
    is_of_this_log,
)

TRIES = 200
PAUSE_SECONDS = 0.01


@contextmanager
def snapshot_of_both(projection: str, kind: str) -> Iterator[int]:
    """
    Look at both sets as they are at one position, however long that takes.

    The projector is held up only while that moment is found.

    :raises SwapRefused: if it cannot be found, since there is too much to do
    """
    name = sets.name_of(projection, kind)
    for _ in range(TRIES):
        _bring_level(projection, name)
        with transaction.atomic(using=PRIMARY):
            position = _taken_while_held(projection, name)
            if position is not None:
                yield position
                return
        time.sleep(PAUSE_SECONDS)
    raise SwapRefused(f"{projection} moves on too fast for a comparison.")


def _bring_level(projection: str, name: str) -> None:
    with transaction.atomic(using=PRIMARY):
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(HOLD, [[projection, name]])
        bring_level(projection, name)


def _taken_while_held(projection: str, name: str) -> int | None:
    """Take this transaction's snapshot while nobody can move either set."""
    with health.connect(PRIMARY) as holder, holder.transaction():
        holder.execute(HOLD, [[projection, name]])
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        live, other = stand_of(projection).position, stand_of(name).position
        is_level = live == other or not is_of_this_log(stand_of(projection))
    return other if is_level else None
