"""What is due is claimed for a time, sent outside of any transaction, and settled.

Several senders may run. Who dies leaves claims that run out; whoever is too late with
an outcome finds that the claim is not his any more, and changes nothing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.db import connections

from orders_query.databases import PRIMARY
from orders_query.webhooks import statements
from orders_query.webhooks.scheduling import Outcome, Then

BATCH = 5_000  # rows that one statement changes or deletes at most
FORGET_SECONDS = 20.0  # for all of them: the task's other work has its time too
AT_ONCE = 4  # tries of one sender at one endpoint; one at an endpoint that fails


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A delivery that is this sender's for a while, with where it goes."""

    pk: int
    claim: UUID
    endpoint_id: int
    endpoint: str  # its name
    url: str
    salt: bytes
    old_salt: bytes | None
    old_until: datetime
    failing_days: float
    position: int
    order_id: UUID
    version: int
    type: str
    tries: int  # with the one that is to come


def lease_seconds() -> float:
    """Return for how long a claim holds: a try is over by then, whatever it met."""
    return 2 * float(settings.WEBHOOK_TIMEOUT_SECONDS) + 1


def claim(*, free: int, flying: Mapping[int, int]) -> list[Claimed]:
    """
    Claim what is due: up to `free` deliveries, the first of each order only.

    `flying` is how many of this sender are under way, by endpoint.
    """
    asked: dict[str, Any] = {
        "claim": uuid4(),
        "lease": lease_seconds(),
        "free": free,
        "at_once": AT_ONCE,
        "flying": orjson.dumps({str(pk): n for pk, n in flying.items()}).decode(),
    }
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.CLAIM, asked)
        columns = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    return [Claimed(**dict(zip(columns, row, strict=True))) for row in rows]


def settle(one: Claimed, outcome: Outcome, *, told: str) -> bool:
    """Note what came of a try; return False if it has run out and is another's."""
    match outcome.then:
        case Then.SENT:
            return _ran(statements.SENT, one, told=told)
        case Then.AGAIN | Then.DISABLED:
            how = {"wait": outcome.wait, "rest": outcome.rest}
            return _ran(statements.AGAIN, one, told=told, **how)
        case Then.PARKED if outcome.is_untried:
            return _ran(statements.PARK_UNTRIED, one, told=told)
        case Then.PARKED:
            return _ran(statements.PARK, one, told=told, rest=outcome.rest)


def let_go(one: Claimed) -> None:
    """Give a claim back that nothing was tried with."""
    _ran(statements.LET_GO, one)


def is_anybody_there() -> bool:
    """Tell whether there is an endpoint that is sent to."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.IS_ANYBODY_THERE)
        return bool(cursor.fetchone()[0])


def put_off() -> None:
    """Look less often at what waits for another of its order."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.PUT_OFF, {"most": BATCH})


def forget() -> None:
    """Delete what was settled long ago, in parts; what is left goes the next time."""
    until = time.monotonic() + FORGET_SECONDS
    asked = {"days": settings.WEBHOOK_KEPT_DAYS, "most": BATCH}
    with connections[PRIMARY].cursor() as cursor:
        deleted = BATCH
        while deleted == BATCH and time.monotonic() < until:
            cursor.execute(statements.FORGET, asked)
            deleted = cursor.rowcount


def _ran(sql: str, one: Claimed, **how: Any) -> bool:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(sql, {"pk": one.pk, "claim": one.claim, **how})
        return bool(cursor.fetchone()[0])
