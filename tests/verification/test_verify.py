"""`manage.py verify`: log, state rows, read rows and sums, on every node."""

import json
import threading
from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from customers import directory
from orders_command.models import Order
from orders_query import projector, verification
from orders_query.verification import snapshots, verify
from tests.orders import ACTOR, an_order, cancelled, confirmed, shipped
from tests.people import a_customer, an_email
from tests.projected import catch_up
from tests.projection.damage import out_of_step
from tests.verification.finding import EVENTS, READ, found
from tests.waiting import eventually

ORDERS = "orders_command_order"


@pytest.fixture
def order():
    """Version 3, shipped, with a note; its customer has a second, cancelled order."""
    customer_id = a_customer("Ada Lovelace")
    placed = an_order(customer_id, note="Ring twice.")
    confirmed(placed.order_id)
    shipped(placed.order_id)
    cancelled(an_order(customer_id).order_id, reason="Too late.")
    catch_up()
    return placed


def test_a_sound_system_differs_in_nothing(order):
    directory.change(a_customer(), name="Bela", actor=ACTOR)
    directory.erase(a_customer(), actor=ACTOR)
    catch_up()

    with snapshots(is_held=True) as taken:
        report = verify(taken)

    assert [str(finding) for finding in report.findings] == []
    assert set(report.positions) == {"query", "replica_1"}
    assert report.orders > 1
    assert report.customers > 2


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("data", '{"carrier": "Nobody"}', "is not what was hashed"),
        ("actor", "user:somebody-else", "is not what was hashed"),
        ("type", "OrderDelivered", "is not what was hashed"),
        ("hash", b"x" * 32, "is not what was hashed"),
        ("previous_hash", b"x" * 32, "does not follow the one before it"),
    ],
)
def test_a_changed_event_is_found_where_it_is(order, vandal, column, value, told):
    where = f"order_id = '{order.order_id}' and version = 3"

    with vandal.changes(EVENTS, where, **{column: value}):
        findings = found(order.order_id)

    assert any(f"version 3 at {order.position + 2} {told}" in f for f in findings)
    assert all(
        finding.startswith(("log: ", "query: ", "replica")) for finding in findings
    )


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ("version = 3", "the state row is at version 3, the last event is version 2"),
        ("version = 2", "version 2 is missing before 3 at"),
        ("version = 1", "version 1 is missing before 2 at"),
        ("version > 0", "the state row is at version 3, and there is no event"),
    ],
)
def test_events_that_were_taken_out_are_found(order, vandal, versions, told):
    with vandal.removes(EVENTS, f"order_id = '{order.order_id}' and {versions}"):
        findings = found(order.order_id)

    assert any(finding.startswith("log: ") and told in finding for finding in findings)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("status", "DELIVERED", "status of the state row is DELIVERED, the log says"),
        ("total", 8, "total of the state row is 8, the log says 7.00"),
        ("head_hash", b"x" * 32, "the state row's hash is not that of version 3"),
        ("version", 4, "the state row is at version 4, the last event is version 3"),
        ("order_number", "0000-0000", "order_number of the state row is 0000-0000"),
    ],
)
def test_a_changed_state_row_is_found(order, vandal, column, value, told):
    with vandal.changes(ORDERS, f"id = '{order.order_id}'", **{column: value}):
        findings = found(order.order_id)

    assert any(finding.startswith("log: ") and told in finding for finding in findings)


def test_changed_items_are_found(order, vandal):
    where = f"order_id = '{order.order_id}' and line = 1"

    with vandal.changes("orders_command_orderitem", where, quantity=3):
        findings = found(order.order_id)

    assert findings == [
        f"log: order {order.order_id}: the item rows are not those that the log says"
    ]


def test_a_tail_that_was_taken_off_a_customer_is_found(vandal):
    customer_id = a_customer()
    directory.change(customer_id, email=an_email(), actor=ACTOR)
    catch_up()

    with vandal.removes(EVENTS, f"customer_id = '{customer_id}' and version = 2"):
        findings = found(customer_id)

    assert any("the state row is at version 2, the last event" in f for f in findings)
    assert any(f.startswith("replica_1: customer") for f in findings)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("total", 8, "order {}: total is 8, the log says 7.00"),
        ("status", "PENDING", "order {}: status is PENDING, the log says SHIPPED"),
        ("items", "[]", "order {}: items is [], the log says"),
        ("customer_name", "Eve", "order {}: customer_name differs"),
        ("note", None, "order {}: note differs"),
    ],
)
def test_a_changed_read_row_is_found_on_each_node(order, vandal, column, value, told):
    where = f"order_id = '{order.order_id}'"

    with vandal.changes(READ, where, **{column: value}):
        findings = found(order.order_id)

    for node in ("query", "replica_1"):
        wanted = f"{node}: {told.format(order.order_id)}"
        assert any(finding.startswith(wanted) for finding in findings), wanted
    assert not any("Eve" in finding or "Ada" in finding for finding in findings)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (READ, "order {}: the row is missing"),
        ("orders_query_orderhistory", "history {}: version 1 is missing"),
        ("orders_query_orderversion", "past {}: version 1 is missing"),
    ],
)
def test_missing_read_rows_are_found(order, vandal, table, told):
    with vandal.removes(table, f"order_id = '{order.order_id}'"):
        findings = found(order.order_id)

    assert f"query: {told.format(order.order_id)}" in findings


def test_a_replica_that_differs_is_named(order, replica, vandal):
    replica.pause()
    with vandal.changes(READ, f"order_id = '{order.order_id}'", total=8):
        replica_only = found(order.order_id)

    assert [finding.split(":")[0] for finding in replica_only] == ["query"]


def test_a_replica_that_does_not_follow_is_not_passed_over(order, replica, settings):
    replica.pause()
    an_order(a_customer())
    eventually(lambda: not projector.catch_up())

    findings = found()

    assert any(f.startswith("replica_1: replica: not verified") for f in findings)


@pytest.mark.parametrize(
    "off",
    [
        ("orders_query_statuscounts", "status = 'SHIPPED'", "orders", "SHIPPED is"),
        ("orders_query_dailysales", "day = current_date", "revenue", "is off: revenue"),
        ("orders_query_dailysales", "day = current_date", "cancelled", "cancelled +"),
        (
            "orders_query_productsales",
            "day = current_date and product_id = 'tea'",
            "quantity",
            "tea USD is off: quantity +",
        ),
    ],
)
def test_sums_that_are_off_are_found(order, vandal, off):
    table, where, column, told = off
    currency = " and currency = 'USD'" if "sales" in table else ""

    with vandal.changes(table, where + currency, **{column: 99_999_999_999}):
        findings = found()

    assert any(f.startswith("query: ") and told in f for f in findings)
    assert any(f.startswith("replica_1: ") and told in f for f in findings)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("order_count", 7, "orders is 7, the rows say 2"),
        ("lifetime", '{"USD": "1.00"}', "lifetime value is"),
        ("version", 9, "version is 9, the log says 1"),
    ],
)
def test_totals_that_are_off_are_found(order, vandal, column, value, told):
    customer_id = Order.objects.get(pk=order.order_id).customer_id

    with vandal.changes(
        "orders_query_customertotals",
        f"customer_id = '{customer_id}'",
        **{column: value},
    ):
        findings = found(customer_id)

    assert any(f.startswith("query: ") and told in f for f in findings)


def test_a_parked_order_is_a_difference_with_its_place(services):
    order = an_order(a_customer())
    catch_up()
    with out_of_step(services, order.order_id):
        confirmation = confirmed(order.order_id)
        catch_up()

    findings = found(order.order_id)

    told = f"its event at {confirmation.position} could not be applied"
    assert findings == [
        f"query: parked {order.order_id}: {told}",
        f"replica_1: parked {order.order_id}: {told}",
    ]
    verification.repair(order.order_id, actor=ACTOR)
    assert found(order.order_id) == []


def test_it_finds_nothing_while_commands_and_the_projector_go_on(worker):
    is_over, customer_id = threading.Event(), a_customer()

    def write():
        while not is_over.is_set():
            order = an_order(customer_id)
            confirmed(order.order_id)
            cancelled(an_order(customer_id).order_id)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = []
        for is_held in (True, False, True, False, True):
            with snapshots(is_held=is_held) as taken:
                reports.append(verify(taken))
    finally:
        is_over.set()
        writer.join()

    assert [str(f) for report in reports for f in report.findings] == []
    held = [reports[n] for n in (0, 2, 4)]
    assert all(r.positions["query"] == r.positions["replica_1"] for r in held)


def test_a_sample_looks_at_some_orders_only(order):
    with snapshots(is_held=False) as taken:
        report = verify(taken, sample=10)

    assert 0 < report.orders <= 10
    assert report.findings == []


def test_the_terminal_is_told_and_the_status_is_1_if_anything_differs(order, vandal):
    assert "0 differences" in told("verify")
    with vandal.changes(READ, f"order_id = '{order.order_id}'", total=8):
        shown = told("verify", "--limit", "1", status=1)
        report = json.loads(told("verify", "--json", status=1))

    assert f"query: order {order.order_id}: total is 8, the log says 7.00" in shown
    assert "… and " in shown
    assert {f["stream_id"] for f in report["findings"]} >= {str(order.order_id)}


def told(*arguments, status=0):
    out = StringIO()
    ended = pytest.raises(SystemExit, match=str(status)) if status else nullcontext()
    with ended:
        call_command(*arguments, stdout=out)
    return out.getvalue()
