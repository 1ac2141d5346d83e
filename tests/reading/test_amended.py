"""An order whose lines were amended, wherever it is read: now, then, and summed up."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest

from orders_query import queries
from orders_query.queries import ANYBODY, Moment
from tests.orders import amended, an_order, cancelled, confirmed, lines
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up

ORDERS = "/api/query/orders"
HOUR = timedelta(hours=1)


@pytest.fixture
def clerk():
    return desk_clerk()


@pytest.fixture
def began():
    """A time on a day that no other test sells anything on."""
    return datetime(2002, 1, 1, 12, tzinfo=UTC) + timedelta(days=uuid4().int % 7000)


@pytest.fixture
def names():
    """Three products that no other test knows."""
    return [f"{name}-{uuid4().hex[:8]}" for name in ("tea", "milk", "sugar")]


@pytest.fixture
def order(began, names):
    """
    Tea, then tea and milk, then sugar alone; confirmed in the end: an hour each.

    The first amendment finds the order in the read tables, the others in their batch.
    """
    tea, milk, sugar = names
    placed = an_order(a_customer(), at=began, items=lines((tea, 2, "3.50")))
    catch_up()
    amended(placed.order_id, (tea, 3, "3.50"), (milk, 1, "1.00"), at=began + HOUR)
    amended(placed.order_id, (sugar, 4, "0.25"), at=began + 2 * HOUR)
    confirmed(placed.order_id, at=began + 3 * HOUR)
    catch_up()
    return placed


def contents(answer):
    told = answer.json()
    items = [(i["productId"], i["quantity"], i["total"]) for i in told["items"]]
    return told["version"], told["itemCount"], told["total"], items


def text(moment):
    return quote(moment.isoformat().replace("+00:00", "Z"))


def test_it_is_shown_with_its_lines_of_now(clerk, order, names):
    answer = clerk.get(f"{ORDERS}/{order.order_id}")

    assert contents(answer) == (4, 1, 1.0, [(names[2], 4, 1.0)])
    assert b'"total" : 1.00' in answer.content


def test_each_version_is_shown_with_the_lines_of_then(clerk, order, names):
    tea, milk, sugar = names

    told = [
        contents(clerk.get(f"{ORDERS}/{order.order_id}?version={version}"))
        for version in (1, 2, 3)
    ]

    assert told == [
        (1, 1, 7.0, [(tea, 2, 7.0)]),
        (2, 2, 11.5, [(tea, 3, 10.5), (milk, 1, 1.0)]),
        (3, 1, 1.0, [(sugar, 4, 1.0)]),
    ]


@pytest.mark.parametrize(("hours", "version"), [(0, 1), (1.5, 2), (2, 3), (9, 4)])
def test_a_time_is_shown_with_the_lines_of_then(clerk, order, began, hours, version):
    then = text(began + hours * HOUR)

    by_time = clerk.get(f"{ORDERS}/{order.order_id}?asOf={then}")

    assert (
        by_time.json()
        == clerk.get(f"{ORDERS}/{order.order_id}?version={version}").json()
    )


def test_the_log_tells_the_same_as_the_tables(order):
    for version in (1, 2, 3, 4):
        expand = frozenset({"history"})
        folded = queries.order_from_log(
            order.order_id, reader=ANYBODY, only_of=None, version=version, expand=expand
        )
        read = queries.order(order.order_id, at=Moment(version=version), expand=expand)
        assert folded.data == read.data


def test_a_search_finds_what_is_in_it_now_and_what_was_in_it_then(
    clerk, order, began, names
):
    def found(name, then=None):
        at = f"&asOf={text(then)}" if then else ""
        rows = clerk.get(f"{ORDERS}?q={name}{at}").json()
        return [(row["version"], row["total"]) for row in rows]

    assert [found(name) for name in names] == [[], [], [(4, 1.0)]]
    first, second = began + HOUR / 2, began + 1.5 * HOUR
    assert [found(name, first) for name in names] == [[(1, 7.0)], [], []]
    assert [found(name, second) for name in names] == [[(2, 11.5)], [(2, 11.5)], []]
    assert found(names[2], began + 2.5 * HOUR) == [(3, 1.0)]


def test_its_history_says_what_changed(clerk, order, names):
    history = clerk.get(f"{ORDERS}/{order.order_id}/history").json()

    change = history[1]
    assert (change["version"], change["type"]) == (2, "OrderItemsAmended")
    assert (change["data"]["previousTotal"], change["data"]["total"]) == (7.0, 11.5)
    assert [i["quantity"] for i in change["data"]["previousItems"]] == [2]
    assert [i["productId"] for i in change["data"]["items"]] == names[:2]


def test_integrators_get_the_same_from_the_log(clerk, order):
    history = clerk.get(f"{ORDERS}/{order.order_id}/history").json()
    position = history[1]["position"]

    (event,) = clerk.get(f"/api/query/events?after={position - 1}&limit=1").json()

    assert event == {**history[1], "orderId": str(order.order_id)}


def test_a_customers_lifetime_value_is_that_of_now(clerk):
    customer_id = a_customer()
    order = an_order(customer_id)
    amended(order.order_id, ("sugar", 1, "2.50"))
    catch_up()
    first = clerk.get(f"/api/query/customers/{customer_id}/summary").json()

    cancelled(order.order_id)
    catch_up()
    then = clerk.get(f"/api/query/customers/{customer_id}/summary").json()

    assert (first["orderCount"], first["openOrders"], first["lifetimeValue"]) == (
        1,
        1,
        2.5,
    )
    assert (then["orderCount"], then["openOrders"], then["lifetimeValue"]) == (
        1,
        0,
        0.0,
    )
