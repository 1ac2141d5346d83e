"""Orders as they were: after an event, at a time, one of them or a whole list."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from urllib.parse import quote
from uuid import uuid4

import pytest

from customers import directory
from tests.orders import ACTOR, an_order, cancelled, confirmed, delivered, shipped
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import catch_up, projector_stopped
from tests.turning import linked, numbers, pages

ORDERS = "/api/query/orders"
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clerk():
    return desk_clerk()


def at(hours):
    return BEGAN + hours * HOUR


def text(time):
    return quote(time.isoformat().replace("+00:00", "Z"))


def a_life(customer_id, *, began=0):
    """Place an order and move it on, one hour after the other."""
    order = an_order(customer_id, at=at(began), note="Ring twice.")
    for hours, move in enumerate((confirmed, shipped, delivered), began + 1):
        move(order.order_id, at=at(hours))
    return order


@pytest.mark.parametrize(
    ("version", "status", "carrier"),
    [(1, "PENDING", None), (2, "CONFIRMED", None), (3, "SHIPPED", "DHL")],
)
def test_an_order_after_its_nth_event(clerk, version, status, carrier):
    order = a_life(a_customer())
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}?version={version}")

    told = answer.json()
    assert (told["version"], told["status"], told["carrier"]) == (
        version,
        status,
        carrier,
    )
    assert told["lastUpdatedAt"] == at(version - 1).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert told["items"][0]["productId"] == "tea"
    assert answer["ETag"].startswith(f'"{version}.')


def test_the_newest_version_is_the_order_as_it_is(clerk):
    order = a_life(a_customer())
    catch_up()
    url = f"{ORDERS}/{order.order_id}"

    assert clerk.get(f"{url}?version=4").content == clerk.get(url).content


def test_a_version_that_is_not_there_yet_is_unknown(clerk):
    order = an_order(a_customer())
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}?version=2")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/version-not-found"


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        (0, "PENDING"),
        (0.9, "PENDING"),
        (1, "CONFIRMED"),
        (2.5, "SHIPPED"),
        (9, "DELIVERED"),
    ],
)
def test_an_order_at_a_time(clerk, hours, status):
    order = a_life(a_customer())
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}?asOf={text(at(hours))}")

    assert answer.json()["status"] == status


def test_before_it_was_placed_an_order_was_not_there(clerk):
    order = a_life(a_customer())
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}?asOf={text(at(-1))}")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/version-not-found"


def test_a_reason_is_not_told_before_it_was_given(clerk):
    order = an_order(a_customer(), at=at(0))
    cancelled(order.order_id, "Too late.", at=at(1))
    catch_up()
    url = f"{ORDERS}/{order.order_id}"

    before, after = clerk.get(f"{url}?version=1"), clerk.get(f"{url}?version=2")

    assert (before.json()["reason"], after.json()["reason"]) == (None, "Too late.")


@pytest.mark.parametrize("asked", ["version=1", "version=3", "asOf={}", ""])
def test_the_log_tells_the_same_of_any_moment(clerk, services, settings, asked):
    settings.CONSISTENCY_WAIT_SECONDS = 0.05
    order = a_life(a_customer("Ada Lovelace"))
    catch_up()
    asked = asked.format(text(at(1.5)))
    url = f"{ORDERS}/{order.order_id}?{asked}&expand=history,customer"
    with projector_stopped(services):
        seen = an_order(a_customer())
        folded = clerk.get(url, Consistency_Token=str(seen.position))
    read = clerk.get(url)

    assert (folded["Read-Source"], read["Read-Source"]) == ("log", "replica_1")
    assert folded.json() == read.json()


def test_a_list_at_a_time_shows_the_orders_as_they_stood(clerk):
    customer_id = a_customer("Ada Byron")
    early, late = a_life(customer_id), a_life(customer_id, began=2)
    directory.change(customer_id, name="Ada Lovelace", actor=ACTOR)
    catch_up()
    url = f"{ORDERS}?customerId={customer_id}&asOf="

    told = {
        hours: [(o["orderNumber"], o["status"], o["version"]) for o in answer]
        for hours in (-1, 0.5, 2.5, 9)
        for answer in [clerk.get(url + text(at(hours))).json()]
    }
    names = {o["customerName"] for o in clerk.get(url + text(at(2.5))).json()}

    one, two = early.order_number, late.order_number
    assert told == {
        -1: [],
        0.5: [(one, "PENDING", 1)],
        2.5: [(two, "PENDING", 1), (one, "SHIPPED", 3)],
        9: [(two, "DELIVERED", 4), (one, "DELIVERED", 4)],
    }
    assert names == {"Ada Lovelace"}


@pytest.mark.parametrize("status", ["PENDING", "CONFIRMED", "SHIPPED", "DELIVERED"])
def test_a_status_is_asked_of_the_time_not_of_today(clerk, status):
    customer_id = a_customer()
    orders = [a_life(customer_id, began=began) for began in range(4)]
    catch_up()
    url = f"{ORDERS}?customerId={customer_id}&status={status}&asOf={text(at(3.5))}"

    found = numbers(clerk.get(url))

    place = ["PENDING", "CONFIRMED", "SHIPPED", "DELIVERED"].index(status)
    assert found == [orders[3 - place].order_number]


@pytest.mark.parametrize(
    "ordering", ["createdAt", "-createdAt", "lastUpdatedAt", "-total"]
)
def test_pages_of_a_list_at_a_time_are_complete(clerk, ordering):
    customer_id = a_customer()
    orders = [a_life(customer_id, began=began) for began in range(7)]
    catch_up()
    url = f"{ORDERS}?customerId={customer_id}&asOf={text(at(5.5))}&ordering={ordering}"

    whole, parts = numbers(clerk.get(url)), pages(clerk, f"{url}&limit=2")

    assert [len(part) for part in parts] == [2, 2, 2]
    assert list(chain(*parts)) == whole
    assert set(whole) == {order.order_number for order in orders[:6]}


def test_a_list_at_a_time_is_what_folding_each_order_up_to_then_gives(clerk):
    """The law of time travel, for orders at every stage and at every hour."""
    customer_id = a_customer()
    orders = [a_life(customer_id, began=began) for began in range(3)]
    catch_up()

    for half_hours in range(-1, 14):
        then = text(at(half_hours / 2))
        listed = clerk.get(f"{ORDERS}?customerId={customer_id}&asOf={then}").json()
        single = [
            answer.json()["version"]
            for order in reversed(orders)
            for answer in [clerk.get(f"{ORDERS}/{order.order_id}?asOf={then}")]
            if answer.status_code == 200
        ]
        assert [order["version"] for order in listed] == single


def test_pages_turn_both_ways(clerk):
    customer_id = a_customer()
    orders = [an_order(customer_id, at=at(hour)) for hour in range(5)]
    catch_up()
    newest = [order.order_number for order in reversed(orders)]
    first = clerk.get(f"{ORDERS}?customerId={customer_id}&limit=2")
    second = clerk.get(linked(first, "next"))
    third = clerk.get(linked(second, "next"))

    back = clerk.get(linked(third, "prev"))
    start = clerk.get(linked(back, "prev"))

    assert [numbers(page) for page in (first, second, third)] == [
        newest[:2],
        newest[2:4],
        newest[4:],
    ]
    assert numbers(back) == newest[2:4]
    assert numbers(start) == newest[:2]
    assert (linked(first, "prev"), linked(start, "prev")) == ("", "")
    assert linked(third, "next") == ""
    assert numbers(clerk.get(linked(start, "next"))) == newest[2:4]


def test_what_comes_with_an_order_when_it_is_asked_for(clerk):
    customer_id = a_customer("Ada Lovelace")
    order = a_life(customer_id)
    catch_up()
    url = f"{ORDERS}/{order.order_id}"

    told = clerk.get(f"{url}?expand=history,customer").json()

    assert told["history"] == clerk.get(f"{url}/history").json()
    assert told["customer"]["name"] == "Ada Lovelace"
    assert told["customer"]["customerId"] == str(customer_id)
    assert "history" not in clerk.get(f"{url}?expand=customer").json()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("version=0", "?version"),
        ("version=x", "?version"),
        ("version=1&version=2", "?version"),
        ("asOf=yesterday", "?asOf"),
        ("asOf=2999-01-01T00:00:00Z", "?asOf"),
        ("version=1&asOf=2026-01-01T00:00:00Z", "?asOf"),
        ("expand=items", "?expand"),
        ("expand=", "?expand"),
        ("maxStaleness=1", "?maxStaleness"),
        ("maxStaleness=-1s", "?maxStaleness"),
    ],
)
def test_a_moment_that_cannot_be_understood_is_400(clerk, query, pointer):
    answer = clerk.get(f"{ORDERS}/{uuid4()}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_customer_travels_through_the_own_orders_alone():
    mine, other = a_customer(), a_customer()
    order, theirs = a_life(mine), a_life(other)
    catch_up()
    caller, then = linked_to(mine), text(at(1.5))

    own = caller.get(f"{ORDERS}/{order.order_id}?asOf={then}")
    foreign = caller.get(f"{ORDERS}/{theirs.order_id}?asOf={then}")
    listed = caller.get(f"{ORDERS}?asOf={then}")

    assert (own.status_code, foreign.status_code) == (200, 404)
    assert foreign.json()["type"] == "/problems/order-not-found"
    assert numbers(listed) == [order.order_number]
