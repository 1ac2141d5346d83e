"""What a table with a row for each order may be, and which events its rule is given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from orders_command.events import CustomerErased
from orders_query.models import OrderReadModel
from orders_query.projector import RowPerOrder
from tests.examples import CUSTOMER, ORDER, confirmed, created
from tests.projection.test_rules import recorded

pytestmark = pytest.mark.no_services


@dataclass(frozen=True, kw_only=True)
class Seen:
    order_id: UUID
    last_updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class KeyOnly:
    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class WithLines:
    order_id: UUID
    items: list[Any]


def last_seen(row, event):
    return Seen(order_id=event.stream_id, last_updated_at=event.occurred_at)


def of(row):
    return RowPerOrder(table=OrderReadModel, row=row, rule=last_seen)


def test_a_customers_events_make_no_row():
    events = [
        recorded(created, 1),
        recorded(confirmed, 2),
        recorded(CustomerErased(), 2, CUSTOMER),
    ]

    rows = of(Seen).fold(events, {})

    assert rows.keys() == {ORDER}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (KeyOnly, "KeyOnly needs a column beside its key"),
        (WithLines, "WithLines.items is JSON"),
    ],
)
def test_what_it_cannot_keep_is_refused_at_once(row, why):
    with pytest.raises(TypeError, match=why):
        of(row)
