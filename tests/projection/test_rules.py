"""What each event does to the rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from orders_command.events import (
    CustomerErased,
    CustomerRegistered,
    Recorded,
    Shipment,
)
from orders_query.projection import OutOfSequence, Rows, apply
from tests.examples import (
    CUSTOMER,
    NOTE,
    ORDER,
    REASON,
    TEA,
    cancelled,
    confirmed,
    created,
    delivered,
    shipped,
)

pytestmark = pytest.mark.no_services

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def after(*events, order_id=ORDER):
    rows = Rows()
    for version, event in enumerate(events, 1):
        apply(rows, recorded(event, version, order_id))
    return rows


def recorded(event, version, stream_id=ORDER):
    moment = BEGAN + timedelta(hours=version)
    return Recorded(
        position=version,
        stream_id=stream_id,
        version=version,
        type=type(event).__name__,
        content=event,
        actor="system:tests",
        request_id="",
        occurred_at=moment,
        recorded_at=moment,
        hash=b"",
    )


def test_a_new_order_is_laid_out_as_it_is_shown():
    row = after(created).orders[ORDER]

    assert (row.status, row.version, row.item_count) == ("PENDING", 1, 1)
    assert (str(row.total), row.currency) == ("7.00", "USD")
    assert row.note_id == NOTE.id
    assert row.items[0]["total"] == Decimal("7.00")


def test_the_whole_life_of_an_order():
    told = replace(shipped, told=Shipment(carrier="DHL", tracking_number="T-1"))
    rows = after(created, confirmed, told, delivered)
    row = rows.orders[ORDER]

    assert (row.status, row.version) == ("DELIVERED", 4)
    assert (row.carrier, row.tracking_number) == ("DHL", "T-1")
    assert row.created_at == BEGAN + timedelta(hours=1)
    assert row.last_updated_at == BEGAN + timedelta(hours=4)
    assert [event.type for event in rows.history] == [
        "OrderCreated",
        "OrderConfirmed",
        "OrderShipped",
        "OrderDelivered",
    ]


def test_a_cancelled_order_counts_but_is_worth_nothing():
    rows = after(created, cancelled)
    totals = rows.totals[CUSTOMER]

    assert rows.orders[ORDER].reason_id == REASON.id
    assert (totals.order_count, totals.open_orders) == (1, 0)
    assert str(totals.lifetime["USD"]) == "0.00"


@pytest.mark.parametrize(
    ("currency", "price", "worth", "nothing"),
    [("JPY", "100", "200", "0"), ("KWD", "1.500", "3.000", "0.000")],
)
def test_money_keeps_the_digits_of_its_currency(currency, price, worth, nothing):
    item = replace(TEA, price=Decimal(price))
    placed = replace(created, currency=currency, items=(item,))

    rows = after(placed)
    rows_without = after(placed, cancelled)

    assert str(rows.orders[ORDER].total) == worth
    assert str(rows.orders[ORDER].items[0]["total"]) == worth
    assert str(rows.totals[CUSTOMER].lifetime[currency]) == worth
    assert str(rows_without.totals[CUSTOMER].lifetime[currency]) == nothing


@pytest.mark.parametrize(
    ("events", "is_open"),
    [
        ((created,), 1),
        ((created, confirmed), 1),
        ((created, confirmed, shipped), 1),
        ((created, confirmed, shipped, delivered), 0),
        ((created, confirmed, cancelled), 0),
    ],
)
def test_an_order_is_open_until_it_is_delivered_or_cancelled(events, is_open):
    assert after(*events).totals[CUSTOMER].open_orders == is_open


@pytest.mark.parametrize("version", [1, 3, 9])
def test_an_event_that_is_not_the_next_one_is_refused(version):
    rows = after(created)

    with pytest.raises(OutOfSequence):
        apply(rows, recorded(confirmed, version))


def test_an_event_of_an_unknown_order_is_refused():
    with pytest.raises(OutOfSequence):
        apply(Rows(), recorded(confirmed, 1))


def test_a_customer_has_totals_from_the_day_of_registration():
    someone = UUID(int=9)
    rows = after(CustomerRegistered(), CustomerErased(), order_id=someone)

    assert rows.totals[someone].order_count == 0
    assert rows.totals[someone].version == 2
    assert rows.renamed == {someone}
