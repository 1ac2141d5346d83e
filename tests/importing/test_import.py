"""`manage.py import_orders`: what happened elsewhere, with the events it had."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from customers import directory
from orders_command import feed
from orders_command.models import Order
from orders_query.verification import snapshots, verify
from tests.importing.files import (
    CANCELLED,
    CONFIRMED,
    DELIVERED,
    ORDERED,
    SHIPPED,
    a_reference,
    a_row,
)
from tests.orders import ACTOR, amended, confirmed, shipped
from tests.people import an_email, desk_clerk
from tests.projected import catch_up

LIVES = {
    "PENDING": {},
    "CONFIRMED": {"confirmed_at": CONFIRMED},
    "SHIPPED": {"confirmed_at": CONFIRMED, "shipped_at": SHIPPED},
    "DELIVERED": {
        "confirmed_at": CONFIRMED,
        "shipped_at": SHIPPED,
        "delivered_at": DELIVERED,
    },
    "CANCELLED": {"confirmed_at": CONFIRMED, "cancelled_at": CANCELLED},
}
TYPES = {
    "ordered_at": "OrderCreated",
    "confirmed_at": "OrderConfirmed",
    "shipped_at": "OrderShipped",
    "delivered_at": "OrderDelivered",
    "cancelled_at": "OrderCancelled",
}


def order(reference):
    return Order.objects.get(reference=reference)


def moment(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def differences_of(*orders):
    """Return what the log, the state and the read tables say differently of these."""
    catch_up()
    with snapshots(is_held=True) as taken:
        report = verify(taken)
    streams = {o.pk for o in orders} | {o.customer_id for o in orders}
    return [str(f) for f in report.findings if f.stream_id in streams]


@pytest.mark.parametrize("status", LIVES)
def test_an_order_gets_the_events_that_it_had_at_the_times_it_had_them(imports, status):
    row = a_row(**LIVES[status])

    ended = imports(row)

    brought = order(row["order_ref"])
    events = feed.events_of(brought.pk)
    steps = {"ordered_at": ORDERED, **LIVES[status]}
    assert ended.status == 0
    assert ended.printed.startswith("1 imported, 0 already there, 0 refused, 1 cust")
    assert [(e.type, e.occurred_at) for e in events] == [
        (TYPES[field], moment(text)) for field, text in steps.items()
    ]
    assert {e.actor for e in events} == {"system:import"}
    assert (brought.status, brought.version) == (status, len(steps))
    assert (brought.created_at, brought.total) == (moment(ORDERED), Decimal("7.00"))


def test_log_state_and_read_tables_agree_after_an_import(imports):
    given = [
        [a_row(reference, **life), a_row(reference, **life, product_id='"\\é\u2028"')]
        for life in LIVES.values()
        for reference in [a_reference()]
    ]

    ended = imports(*(row for both in given for row in both))

    orders = [order(both[0]["order_ref"]) for both in given]
    assert ended.status == 0
    assert differences_of(*orders) == []
    shown = desk_clerk().get(f"/api/query/orders/{orders[3].pk}").json()
    assert shown["createdAt"] == "2024-03-01T10:00:00.000000Z"
    assert shown["lastUpdatedAt"] == "2024-03-05T16:45:00.000000Z"
    assert [item["productId"] for item in shown["items"]] == ["tea", '"\\é\u2028"']


def test_customers_are_matched_by_address_in_any_case_and_made_if_unknown(imports):
    known, unknown = an_email(), an_email()
    change = directory.register(name="Bela", email=known, actor=ACTOR)
    rows = [
        a_row(customer_email=known.upper(), customer_name="Else"),
        *(a_row(customer_email=e) for e in (unknown, unknown.title(), unknown.upper())),
    ]

    ended = imports(*rows)

    first, *others = (order(row["order_ref"]) for row in rows)
    made = directory.of_email(unknown)
    assert "4 imported, 0 already there, 0 refused, 1 customers made" in ended.printed
    assert first.customer_id == change.customer.customer_id
    assert directory.of_email(known).name == "Bela"
    assert {o.customer_id for o in others} == {made.customer_id}
    assert (made.email, made.name) == (unknown, "Ada Lovelace")
    assert made.created_at == moment(ORDERED)
    (registered,) = feed.events_of(made.customer_id)
    assert (registered.type, registered.position) == (
        "CustomerRegistered",
        made.position,
    )
    assert differences_of(first, *others) == []


def test_positions_follow_the_versions_of_each_order(imports):
    rows = [a_row(**LIVES["DELIVERED"]) for _ in range(5)]

    imports(*rows)

    for row in rows:
        positions = [e.position for e in feed.events_of(order(row["order_ref"]).pk)]
        assert positions == sorted(positions)


def test_the_same_file_again_imports_nothing_twice(imports):
    rows = [a_row(**life) for life in LIVES.values()]
    imports(*rows)
    before = [order(row["order_ref"]).pk for row in rows]

    again = imports(*rows)

    told = "0 imported, 5 already there, 0 refused, 0 customers made"
    assert again.status == 0
    assert again.printed.startswith(told)
    assert [order(row["order_ref"]).pk for row in rows] == before


def test_an_order_that_has_moved_on_since_is_still_there(imports):
    row = a_row()
    imports(row)
    confirmed(order(row["order_ref"]).pk)
    shipped(order(row["order_ref"]).pk)

    again = imports(row)

    assert "0 imported, 1 already there, 0 refused" in again.printed
    assert order(row["order_ref"]).status == "SHIPPED"


def test_an_order_whose_items_were_amended_here_is_still_there(imports):
    row = a_row()
    imports(row)
    order_id = order(row["order_ref"]).pk
    at = datetime.fromisoformat(CONFIRMED)
    amended(order_id, ("coffee", 1, "9.00"), at=at - timedelta(hours=1))
    confirmed(order_id, at=at)

    again = imports({**row, "confirmed_at": CONFIRMED})

    assert "0 imported, 1 already there, 0 refused" in again.printed


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("customer_email", "other@example.org", "is of another customer"),
        ("ordered_at", "2024-03-01T10:00:01Z", "has another time here"),
        ("confirmed_at", CONFIRMED, "has not come so far"),
        ("product_id", "coffee", "has another product_id here"),
        ("quantity", "3", "has another quantity here"),
        ("price", "3.51", "has another price here"),
        ("currency", "EUR", "has another currency"),
    ],
)
def test_a_known_reference_with_other_content_is_an_error(
    imports, column, value, reason
):
    row = a_row(currency="USD")
    imports(row)

    differing = imports({**row, column: value})

    told = f"line 2, reference {row['order_ref']}, field {column}: The order that has "
    assert differing.status == 1
    assert differing.lines[0] == f"{told}this reference {reason}."
    assert "0 imported, 0 already there, 1 refused, 0 customers" in differing.printed
    assert order(row["order_ref"]).version == 1


def test_an_order_with_another_number_of_items_or_another_fate_is_an_error(imports):
    row = a_row(confirmed_at=CONFIRMED)
    imports(row)

    longer = imports(row, {**row, "product_id": "coffee"})
    cancelled = imports({**row, "confirmed_at": "", "cancelled_at": CANCELLED})

    assert "field product_id: The order that has this reference has 1 items." in (
        longer.printed
    )
    assert "field cancelled_at: The order that has this reference went another way" in (
        cancelled.printed
    )


def test_who_was_erased_is_somebody_new_and_old_orders_stay_theirs(imports):
    row = a_row()
    imports(row)
    erased = order(row["order_ref"]).customer_id
    directory.erase(erased, actor=ACTOR)

    again = imports(row)
    newer = a_row(customer_email=row["customer_email"])
    more = imports(newer, row)

    assert "0 imported, 1 already there, 0 refused, 0 customers" in again.printed
    assert "1 imported, 1 already there, 0 refused, 1 customers" in more.printed
    assert order(newer["order_ref"]).customer_id != erased
    assert directory.find(erased).name is None


def test_whose_address_has_changed_since_has_the_old_orders_still(imports):
    row = a_row()
    imports(row)
    directory.change(order(row["order_ref"]).customer_id, email=an_email(), actor=ACTOR)

    again = imports(row)

    assert "0 imported, 1 already there, 0 refused, 0 customers" in again.printed


def test_a_dry_run_says_the_same_and_stores_nothing(imports):
    good, bad = a_row(), a_row(quantity="0")

    ended = imports(good, bad, dry_run=True)

    assert ended.status == 1
    assert "line 3, reference" in ended.lines[0]
    assert ended.lines[1].startswith("1 could be imported, 0 already there, 1 refused")
    assert not Order.objects.filter(reference=good["order_ref"]).exists()
    assert directory.of_email(good["customer_email"]) is None


def test_nobody_is_named_in_what_is_said(imports):
    row = a_row(customer_name="Grace Hopper")
    imports(row)

    said = [
        imports({**row, "customer_email": "else@example.org"}),
        imports(a_row(customer_name="Grace\tHopper")),
        imports(a_row(customer_email="grace.hopper")),
        imports(row, {**row, "customer_name": "Grace Brewster Hopper"}),
    ]

    assert {ended.status for ended in said} == {1}
    printed = "".join(ended.printed for ended in said)
    assert "Grace" not in printed
    assert "hopper" not in printed
    assert "@" not in printed
