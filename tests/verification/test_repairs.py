"""What a repair mends, and what it leaves alone."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command

from orders_query import projector, verification
from orders_query.verification import (
    CannotVerify,
)
from tests.orders import ACTOR, an_order, cancelled
from tests.people import a_customer
from tests.projected import ORDERS, catch_up
from tests.projection.damage import out_of_step
from tests.verification.finding import EVENTS, READ, customer_of, found

TOTALS = "orders_query_customertotals"
REMARKS = "orders_command_orderremark"


@pytest.mark.parametrize("what", ["missing", "version", "count"])
def test_a_repair_brings_the_totals_in_line_whatever_they_were(order, vandal, what):
    customer_id = customer_of(order)
    where = f"customer_id = '{customer_id}'"
    if what == "missing":
        vandal.removes_for_good(TOTALS, where)
    elif what == "version":
        vandal.changes_for_good(TOTALS, where, version=9)
    else:
        vandal.changes_for_good(TOTALS, where, order_count=9, lifetime='{"XYZ": "1"}')
    assert found(customer_id)

    verification.repair(order.order_id, actor=ACTOR)

    assert found(customer_id) == []


def test_a_repair_takes_an_order_from_the_wrong_customer_and_day(order, vandal):
    other = a_customer()
    catch_up()
    vandal.changes_for_good(
        READ,
        f"order_id = '{order.order_id}'",
        customer_id=other,
        created_at="2001-01-01T00:00:00Z",
        status="PENDING",
    )
    assert found(order.order_id)

    repaired = verification.repair(order.order_id, actor=ACTOR)

    assert any("status is PENDING" in str(f) for f in repaired.mended)
    assert found(order.order_id) == found(other) == found() == []


def test_a_repair_removes_an_order_that_the_log_does_not_know(order, vandal):
    known = cancelled(an_order(customer_of(order)).order_id).order_id
    catch_up()
    ghost = UUID("01a00000-0000-7000-8000-00000000000a")
    vandal.changes_for_good(READ, f"order_id = '{known}'", order_id=ghost)
    assert found(ghost)

    verification.repair(known, actor=ACTOR)
    verification.repair(ghost, actor=ACTOR)

    assert found(known) == found(ghost) == found(customer_of(order)) == found() == []


def test_a_repair_brings_the_sales_of_the_day_in_line(order, vandal):
    today = "day = (now() at time zone 'UTC')::date and currency = 'USD'"
    vandal.changes_for_good("orders_query_dailysales", today, revenue=1, orders=1)
    vandal.removes_for_good("orders_query_productsales", today)

    verification.repair(order.order_id, actor=ACTOR)

    assert found() == []


def test_a_repair_leaves_alone_the_sale_of_another_order_that_is_parked(
    order, services
):
    parked = an_order(customer_of(order))
    catch_up()
    with out_of_step(services, parked.order_id):
        cancelled(parked.order_id)
        catch_up()

    verification.repair(order.order_id, actor=ACTOR)

    assert found() == []
    projector.retry(ORDERS, parked.order_id, actor=ACTOR)
    assert found() == found(parked.order_id) == []


def test_a_repair_that_the_log_does_not_allow_changes_nothing(order, vandal):
    where = f"order_id = '{order.order_id}'"
    vandal.changes_for_good(READ, where, total=8)
    with (
        vandal.removes(EVENTS, f"{where} and version = 2"),
        pytest.raises(CannotVerify, match="does not fold"),
    ):
        verification.repair(order.order_id, actor=ACTOR)
    assert any("total is 8" in finding for finding in found(order.order_id))

    verification.repair(order.order_id, actor=ACTOR)

    assert found(order.order_id) == []


def test_a_repair_says_who_did_it_and_what_differed(order, vandal, caplog):
    vandal.changes_for_good(READ, f"order_id = '{order.order_id}'", total=8)
    out = StringIO()

    call_command("verify", "--repair", str(order.order_id), "--by", "ada", stdout=out)

    assert "total is 8, the log says 7.00" in out.getvalue()
    assert f"Order {order.order_id} was repaired by system:ada" in caplog.text
