"""The limit for commands: the rows that the product writes, by psycopg alone.

Statement by statement in one transaction, as somebody would write it by hand; or at
once, by the product's own statement with ready values. Nothing is read from a request,
nobody is signed in, nothing is decided or answered.
"""

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from orders_command.store import statements

DATA = {
    "customer_id": "",
    "order_number": "",
    "currency": "USD",
    "items": [
        {"product_id": f"p{n}", "quantity": n, "price": "9.90"} for n in (1, 2, 3)
    ],
}


def rates(
    url: str,
    customers: Sequence[UUID],
    *,
    processes: int,
    seconds: float,
    at_once: bool = False,
) -> tuple[float, float]:
    """Return how many orders a second are created, and how many are confirmed."""
    with get_context("spawn").Pool(processes) as pool:
        work = [(url, list(customers), seconds, at_once)] * processes
        found = pool.starmap(_work, work)
    return sum(created for created, _ in found), sum(moved for _, moved in found)


def _work(
    url: str,
    customers: list[UUID],
    seconds: float,
    at_once: bool,  # noqa: FBT001 - it is pickled
) -> tuple[float, float]:
    place, confirm = (
        (_create_at_once, _confirm_at_once) if at_once else (_create, _confirm)
    )
    with psycopg.connect(url, autocommit=True, prepare_threshold=2) as connection:
        made: list[UUID] = []

        def create() -> None:
            made.append(place(connection, customers[len(made) % len(customers)]))

        created = _rate(create, seconds)
        waiting = iter(made)
        confirmed = _rate(lambda: confirm(connection, next(waiting)), seconds / 2)
    return created, confirmed


def _rate(work: Any, seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        try:
            work()
        except StopIteration:
            break  # all of them are confirmed
        done += 1
    return done / (time.perf_counter() - began)


def _create(connection: psycopg.Connection, customer: UUID) -> UUID:
    order, key, number = uuid4(), str(uuid4()), uuid4().hex[:8]
    data = {**DATA, "customer_id": str(customer), "order_number": number}
    digest = os.urandom(32)
    with connection.transaction():
        _key(connection, key)
        connection.execute(
            "select erased_at from customers_customer where id = %s for share",
            [customer],
        )
        connection.execute(_ORDER, [order, number, customer, digest])
        for line, item in enumerate(DATA["items"], 1):
            connection.execute(_ITEM, [order, line, *item.values()])  # type: ignore[attr-defined]
        event = [uuid4(), order, 1, "OrderCreated", Jsonb(data), b"", digest]
        position = connection.execute(_EVENT, event).fetchone()
        _receipt(connection, key, order, "PENDING", 1, position)
    return order


def _confirm(connection: psycopg.Connection, order: UUID) -> None:
    key, digest = str(uuid4()), os.urandom(32)
    with connection.transaction():
        _key(connection, key)
        found = connection.execute(_LOAD, [order]).fetchone()
        assert found is not None
        connection.execute(_MOVE, [digest, order])
        event = [uuid4(), order, 2, "OrderConfirmed", Jsonb({}), found[0], digest]
        position = connection.execute(_EVENT, event).fetchone()
        _receipt(connection, key, order, "CONFIRMED", 2, position)


def _create_at_once(connection: psycopg.Connection, customer: UUID) -> UUID:
    order = uuid4()
    data = {**DATA, "customer_id": str(customer), "order_number": uuid4().hex[:8]}
    values = _values(order, "PENDING", 1, _entry(1, "OrderCreated", data))
    more = {
        "customer_id": customer,
        "order_number": data["order_number"],
        "reference": None,
        "currency": "USD",
        "items": _ITEMS,
    }
    connection.execute(statements.CREATE, {**values, **more}, prepare=True)
    return order


def _confirm_at_once(connection: psycopg.Connection, order: UUID) -> None:
    """Move it on as if its state were known already: no read comes before."""
    values = _values(order, "CONFIRMED", 2, _entry(2, "OrderConfirmed", {}))
    more = {"before": 1, "customer_id": None}
    connection.execute(statements.ADVANCE, {**values, **more}, prepare=True)


def _values(
    order: UUID, status: str, version: int, entry: dict[str, Any]
) -> dict[str, Any]:
    return {
        "caller": "bench",
        "key": str(uuid4()),
        "fingerprint": b"x" * 32,
        "order_id": order,
        "version": version,
        "total": "59.40",
        "status": status,
        "head": entry["hash"],
        "at": entry["occurred_at"],
        "events": json.dumps([entry]),
        "remark_id": None,
        "remark": None,
    }


def _entry(version: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "version": version,
        "type": kind,
        "shape": 1,
        "data": data,
        "actor": "system:bench",
        "request_id": "bench",
        "occurred_at": datetime.now(UTC).isoformat(),
        "previous": "",
        "hash": os.urandom(32).hex(),
    }


def _key(connection: psycopg.Connection, key: str) -> None:
    connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key]
    )
    connection.execute(
        "select fingerprint from orders_command_idempotencyrecord"
        " where caller = 'bench' and key = %s",
        [key],
    )


def _receipt(  # noqa: PLR0917 - the columns of a row
    connection: psycopg.Connection,
    key: str,
    order: UUID,
    status: str,
    version: int,
    position: Any,
) -> None:
    connection.execute(_RECEIPT, [key, b"x" * 32, order, status, version, *position])


_ITEMS = json.dumps(
    [{"line": line, **item} for line, item in enumerate(DATA["items"], 1)]  # type: ignore[call-overload]
)
_ORDER = """
insert into orders_command_order
  (id, order_number, customer_id, currency, total, status, version, head_hash,
   created_at, last_updated_at)
values (%s, %s, %s, 'USD', 59.40, 'PENDING', 1, %s, now(), now())
"""
_ITEM = """
insert into orders_command_orderitem (order_id, line, product_id, quantity, price)
values (%s, %s, %s, %s, %s::numeric)
"""
_EVENT = """
insert into orders_command_event
  (id, order_id, version, type, shape, data, actor, request_id, occurred_at,
   previous_hash, hash)
values (%s, %s, %s, %s, 1, %s, 'system:bench', 'bench', now(), %s, %s)
returning position
"""
_RECEIPT = """
insert into orders_command_idempotencyrecord
  (caller, key, fingerprint, order_id, status, version, position)
values ('bench', %s, %s, %s, %s, %s, %s)
"""
_LOAD = """
select head_hash, status, version, total, last_updated_at from orders_command_order
where id = %s for update
"""
_MOVE = """
update orders_command_order
set status = 'CONFIRMED', version = 2, head_hash = %s, last_updated_at = now()
where id = %s and version = 1
"""
