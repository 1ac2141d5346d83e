"""Amended orders and what may go wrong: parked events, damage, rebuilds."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from orders_command import codec
from orders_command.models import Event
from orders_query import projector, queries, verification
from orders_query.models import OrderReadModel
from orders_query.projector import ORDERS, SALES
from orders_query.queries import Days
from orders_query.verification import snapshots, verify
from tests.orders import amended, an_order, cancelled, lines
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, administrator
from tests.projected import catch_up
from tests.projection.damage import unreadable

ITEMS = "orders_command_orderitem"
READ = "orders_query_orderreadmodel"
DAILY = "orders_query_dailysales"


@pytest.fixture
def day():
    """A day that is past, and that no other test sells anything on."""
    return datetime(1984, 1, 1, 12, tzinfo=UTC) + timedelta(days=uuid4().int % 6000)


@pytest.fixture
def order(day):
    """Placed at 7.00, amended to 4.00 and to 10.50."""
    placed = an_order(a_customer(), at=day, items=lines(("tea", 2, "3.50")))
    amended(placed.order_id, ("milk", 4, "1.00"))
    amended(placed.order_id, ("tea", 3, "3.50"))
    catch_up()
    return placed


def differences(*, of=None):
    """Return what a verification of everything finds, of one order or of all."""
    with snapshots(is_held=True) as taken:
        report = verify(taken)
    return [str(f) for f in report.findings if of in (None, f.stream_id)]


def revenue(day):
    sold = queries.daily_sales(Days(first=day.date(), last=day.date())).data
    return [str(row["revenue"]) for row in sold]


def test_a_sound_system_differs_in_nothing(order):
    cancelled(amended(order.order_id, ("cup", 1, "12.00")).order_id)
    catch_up()

    assert differences() == []


@pytest.mark.parametrize(
    ("table", "changes", "told"),
    [
        (ITEMS, {"quantity": 9}, "log: order {id}: the item rows are not those that"),
        (READ, {"total": 9}, "query: order {id}: total is 9, the log says 10.50"),
        (READ, {"items": "[]"}, "query: order {id}: items is []"),
    ],
)
def test_a_line_that_is_not_as_the_last_amendment_says_is_found(
    order, vandal, table, changes, told
):
    where = f"order_id = '{order.order_id}'"

    with vandal.changes(table, where, **changes):
        found = differences(of=order.order_id)

    assert any(f.startswith(told.format(id=order.order_id)) for f in found), found


@pytest.mark.usefixtures("order")
def test_a_days_revenue_is_held_against_the_amended_amounts(vandal, day):
    with vandal.changes(DAILY, f"day = '{day.date()}'", revenue="7.00"):
        found = differences()

    assert f"query: daily sales: {day.date()} USD is off: revenue -3.50" in found


def test_a_repair_writes_an_amended_order_anew(order, vandal, day):
    where = f"order_id = '{order.order_id}'"
    vandal.changes_for_good(READ, where, total=1, item_count=9, items="[]")
    vandal.changes_for_good(DAILY, f"day = '{day.date()}'", revenue=1)

    verification.repair(order.order_id, actor="system:tests")

    row = OrderReadModel.objects.using("query").get(pk=order.order_id)
    assert (str(row.total), row.item_count, revenue(day)) == ("10.50", 1, ["10.50"])
    assert differences(of=order.order_id) == []


def test_an_amendment_that_cannot_be_read_waits_with_what_follows(services, day):
    placed = an_order(a_customer(), at=day)
    catch_up()

    def amend():
        receipt = amended(placed.order_id, ("milk", 4, "1.00"))
        cancelled(placed.order_id)
        return receipt

    with unreadable(services, amend, 2):
        catch_up()
        parked = {(w.name, w.version, w.behind) for w in projector.waiting()}
        before = revenue(day)
        sound = [f for f in differences() if str(placed.order_id) not in f]
    for name in (ORDERS, SALES):
        projector.retry(name, placed.order_id, actor="system:tests")

    assert parked == {(ORDERS, 2, 1), (SALES, 2, 1)}
    assert (before, sound) == (["7.00"], [])
    assert revenue(day) == ["0.00"]
    assert differences() == []


def test_in_sales_nothing_is_skipped_that_a_cancellation_takes_out(services, day):
    placed = an_order(a_customer(), at=day)
    catch_up()
    skip = f"/sync/parked/{SALES}/{placed.order_id}/skip"

    with unreadable(services, lambda: amended(placed.order_id, ("milk", 4, "9.00")), 2):
        catch_up()
        typed = by_terminal("skip", placed.order_id, SALES)
        page = signed_in(administrator()).post(skip, {"reason": "why"}, follow=True)
    for name in (ORDERS, SALES):
        projector.retry(name, placed.order_id, actor="system:tests")
    cancelled(placed.order_id)
    catch_up()

    assert "not tried: An OrderItemsAmended is not skipped in sales" in typed
    assert "not tried: An OrderItemsAmended is not skipped" in text(page)
    assert revenue(day) == ["0.00"]


def by_terminal(what, order_id, name):
    """Decide by `manage.py parked`, in vain, and return what it says."""
    said = StringIO()
    how = ["--projection", name, "--reason", "why"]
    with pytest.raises(CommandError, match="1 of 1 are still parked"):
        call_command("parked", what, str(order_id), *how, stdout=said)
    return said.getvalue()


def test_a_cancellation_that_is_retried_alone_takes_out_the_amended_amounts(
    services, order, day
):
    with unreadable(services, lambda: cancelled(order.order_id), 4):
        catch_up()
        before = revenue(day)
    for name in (ORDERS, SALES):
        projector.retry(name, order.order_id, actor="system:tests")

    assert (before, revenue(day)) == (["10.50"], ["0.00"])
    assert differences() == []


def test_what_is_stored_is_read_as_it_was(order):
    event = Event.objects.get(order_id=order.order_id, version=2)

    loaded = codec.load(event.type, event.shape, event.data)

    assert codec.dump(loaded) == (event.type, event.data)
