"""Orders that are there already, found by their references."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from orders_command import codec
from orders_command.events import AnyEvent, Unreadable

# Joined laterally so that the index is asked for each, whatever the planner believes.
KNOWN = """
select o.reference, o.id, o.customer_id, c.version, c.erased_at is not null,
       e.type, e.shape, e.data::text, e.occurred_at
from unnest(%s::text[]) as given (reference)
cross join lateral (
    select * from orders_command_order where reference = given.reference limit 1) o
join customers_customer c on c.id = o.customer_id
cross join lateral (
    select * from orders_command_event where order_id = o.id order by version) e
"""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An order of the log, with each event and its time."""

    order_id: UUID
    customer_id: UUID
    customer_version: int
    is_customer_erased: bool
    events: list[tuple[AnyEvent | Unreadable, datetime]] = field(default_factory=list)


def of_references(references: Iterable[str]) -> dict[str, Known]:
    """Return the orders that have one of the references."""
    found: dict[str, Known] = {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(references)])
        for reference, order_id, customer_id, version, erased, *event in cursor:
            known = found.get(reference)
            if known is None:
                known = found[reference] = Known(
                    order_id=order_id,
                    customer_id=customer_id,
                    customer_version=version,
                    is_customer_erased=erased,
                )
            type_name, shape, data, at = event
            known.events.append((_loaded(type_name, shape, data), at))
    return found


def _loaded(type_name: str, shape: int, data: str) -> AnyEvent | Unreadable:
    try:
        return codec.load(type_name, shape, orjson.loads(data))
    except Unreadable as error:
        return error
