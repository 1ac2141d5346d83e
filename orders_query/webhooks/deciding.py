"""What administrators decide: that something is sent again, or never."""

from collections.abc import Iterable
from typing import Any

from django.db import connections, transaction

from orders_query.databases import PRIMARY
from orders_query.projector import WEBHOOKS
from orders_query.webhooks import statements

MAX_REASON = 500  # characters


def redeliver(pks: Iterable[int], *, actor: str, reason: str = "") -> int:
    """
    Let deliveries be sent now, parked and sent ones too, with as many tries as new.

    Return how many: one that is under way is left alone.
    """
    return _decided(statements.REDELIVER, pks, "retry", actor, reason, "due again")


def redeliver_unreadable(pks: Iterable[int], *, actor: str) -> int:
    """Let deliveries be sent now that are still parked as unreadable."""
    sql = statements.REDELIVER_UNREADABLE
    return _decided(sql, pks, "retry", actor, "", "due again")


def redeliver_parked(endpoint_id: int, *, actor: str) -> int:
    """Let all parked deliveries of an endpoint be sent now; return how many."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.PARKED_OF, [endpoint_id])
        parked = [pk for (pk,) in cursor.fetchall()]
    return redeliver(parked, actor=actor)


def skip(pks: Iterable[int], *, actor: str, reason: str) -> int:
    """
    Leave deliveries out for good, so that their orders' next ones are sent.

    Return how many: what is settled or under way is left alone.

    :raises ValueError: without a reason
    """
    if not reason.strip():
        raise ValueError("Skipping a delivery needs a reason.")
    return _decided(statements.SKIP, pks, "skip", actor, reason, "skipped")


def _decided(  # noqa: PLR0913, PLR0917 - a decision, as it is kept
    sql: str, pks: Iterable[int], action: str, actor: str, reason: str, outcome: str
) -> int:
    """Do it and keep who has decided it, among the decisions on parked events."""
    with transaction.atomic(using=PRIMARY), connections[PRIMARY].cursor() as cursor:
        cursor.execute(sql, {"pks": list(pks)})
        found = cursor.fetchall()
        kept: list[tuple[Any, ...]] = [
            (
                *(actor, action, reason[:MAX_REASON], WEBHOOKS),
                *(position, order_id, version, outcome),
            )
            for position, order_id, version, _ in found
        ]
        cursor.executemany(_KEEP, kept)
    return len(found)


_KEEP = """
insert into orders_query_parkeddecision
  (at, actor, action, reason, projection, position, stream_id, version, outcome)
values (clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s)
"""
