"""Statistics: what was sold by day and by product, and how many are in each status."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from orders_command.events import Item
from orders_query import projector
from tests.orders import an_order, cancelled, confirmed
from tests.people import a_customer, analyst, linked_to
from tests.projected import catch_up, projector_stopped
from tests.turning import linked

DAILY, PRODUCTS = "/api/query/sales/daily", "/api/query/sales/products"
COUNTS = "/api/query/orders/counts"


@pytest.fixture
def caller():
    return analyst()


@pytest.fixture
def day():
    """A day that no other test sells anything on."""
    return datetime(2001, 1, 1, 12, tzinfo=UTC) + timedelta(days=uuid4().int % 8000)


def on(day):
    return f"from={day.date()}&to={day.date()}"


def items(*lines):
    return tuple(
        Item(product_id=name, quantity=quantity, price=Decimal(price))
        for name, quantity, price in lines
    )


def test_a_days_orders_and_revenue(caller, day):
    customer_id = a_customer()
    an_order(customer_id, at=day, items=items(("tea", 2, "3.50")))
    gone = an_order(customer_id, at=day, items=items(("tea", 1, "9.90")))
    cancelled(gone.order_id)
    catch_up()

    answer = caller.get(f"{DAILY}?{on(day)}")

    assert answer.json() == [
        {
            "date": str(day.date()),
            "currency": "USD",
            "orders": 2,
            "cancelled": 1,
            "revenue": 7.0,
        }
    ]
    assert b"7.00" in answer.content


def test_currencies_are_kept_apart(caller, day):
    customer_id = a_customer()
    an_order(customer_id, at=day, currency="JPY", items=items(("tea", 1, "100")))
    an_order(customer_id, at=day, items=items(("tea", 1, "1.00")))
    catch_up()

    told = caller.get(f"{DAILY}?{on(day)}").json()

    assert [(row["currency"], row["revenue"]) for row in told] == [
        ("JPY", 100),
        ("USD", 1.0),
    ]


def test_a_day_is_a_day_in_utc(caller, day):
    midnight = day.replace(hour=0)
    an_order(a_customer(), at=midnight - timedelta(microseconds=1))
    an_order(a_customer(), at=midnight)
    catch_up()

    assert [row["orders"] for row in caller.get(f"{DAILY}?{on(day)}").json()] == [1]


def test_products_by_revenue_without_what_was_cancelled(caller, day):
    customer_id = a_customer()
    an_order(customer_id, at=day, items=items(("tea", 2, "3.50"), ("cup", 1, "20.00")))
    an_order(customer_id, at=day, items=items(("tea", 1, "3.50"), ("tea", 1, "3.00")))
    gone = an_order(customer_id, at=day, items=items(("pot", 1, "99.00")))
    cancelled(gone.order_id)
    catch_up()

    told = caller.get(f"{PRODUCTS}?{on(day)}").json()

    assert [
        (row["productId"], row["quantity"], row["orders"], row["revenue"])
        for row in told
    ] == [("cup", 1, 1, 20.0), ("tea", 4, 2, 13.5)]


def test_pages_of_products_are_complete_at_equal_revenue(caller, day):
    customer_id = a_customer()
    for name in "abcde":
        an_order(customer_id, at=day, items=items((name, 1, "1.00")))
    catch_up()
    url, found = f"{PRODUCTS}?{on(day)}&limit=2", []

    while url:
        answer = caller.get(url)
        found.append([row["productId"] for row in answer.json()])
        url = linked(answer, "next")

    assert found == [["a", "b"], ["c", "d"], ["e"]]


def test_a_cancellation_in_the_same_batch_and_in_a_later_one(caller, services, day):
    customer_id = a_customer()
    early = an_order(customer_id, at=day)
    catch_up()
    with projector_stopped(services):
        cancelled(early.order_id)
        late = an_order(customer_id, at=day)
        cancelled(late.order_id)
    catch_up()

    [told] = caller.get(f"{DAILY}?{on(day)}").json()

    assert (told["orders"], told["cancelled"], told["revenue"]) == (2, 2, 0)
    assert caller.get(f"{PRODUCTS}?{on(day)}").json() == []


def test_one_event_at_a_time_or_all_at_once_makes_no_difference(caller, services, day):
    customer_id, next_day = a_customer(), day + timedelta(days=1)
    catch_up()
    for at in (day, next_day):
        with projector_stopped(services):
            orders = [an_order(customer_id, at=at) for _ in range(3)]
            cancelled(orders[1].order_id)
        while at is day and projector.step(projector.SALES, limit=1).applied:
            pass
        catch_up()

    one, two = (caller.get(f"{DAILY}?{on(at)}").json()[0] for at in (day, next_day))

    assert {**one, "date": ""} == {**two, "date": ""}


def test_a_token_holds_for_sales_too(caller, services, settings, day):
    settings.CONSISTENCY_WAIT_SECONDS = 0.05
    catch_up()
    with projector_stopped(services):
        order = an_order(a_customer(), at=day)
        late = caller.get(f"{DAILY}?{on(day)}", Consistency_Token=str(order.position))
    catch_up()
    fresh = caller.get(f"{DAILY}?{on(day)}", Consistency_Token=str(order.position))

    assert late.status_code == 503
    assert fresh.json()[0]["orders"] == 1


def test_how_many_orders_are_in_each_status(caller):
    catch_up()
    before = caller.get(COUNTS).json()
    order = an_order(a_customer())
    an_order(a_customer())
    confirmed(order.order_id)
    catch_up()

    after = caller.get(COUNTS).json()

    more = {s: after[s] - before.get(s, 0) for s in ("PENDING", "CONFIRMED")}
    assert more == {"PENDING": 1, "CONFIRMED": 1}


def test_a_customer_counts_the_own_orders_alone():
    mine = a_customer()
    order = an_order(mine)
    an_order(mine)
    cancelled(order.order_id)
    an_order(a_customer())
    catch_up()
    caller = linked_to(mine)

    assert caller.get(COUNTS).json() == {"PENDING": 1, "CANCELLED": 1}
    assert caller.get(f"{COUNTS}?customerId={uuid4()}").status_code == 403
    assert caller.get(DAILY).status_code == 403


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-02-30", "?from"),
        ("from=20260101", "?from"),
        ("from=2026-01-02&to=2026-01-01", "?to"),
        ("limit=2", "?limit"),
    ],
)
def test_days_that_cannot_be_understood_are_400(caller, query, pointer):
    answer = caller.get(f"{DAILY}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwzXQ", "WyJ4IiwiYSIsImIiXQ"])
def test_a_cursor_of_nobody_is_400(caller, cursor):
    assert caller.get(f"{PRODUCTS}?cursor={cursor}").status_code == 400
