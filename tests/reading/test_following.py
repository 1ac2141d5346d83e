"""Who follows an order, or all of them, misses no change and gets none twice."""

from uuid import uuid4

import pytest

from orders_query.queries import following
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import catch_up
from tests.turning import linked

CHANGES = "/api/query/orders/changes"


@pytest.fixture
def clerk():
    return desk_clerk()


def of(order):
    return f"/api/query/orders/{order.order_id}/changes"


def followed(caller, url):
    """Follow the links until there is nothing more, and return all changes."""
    found, before = [], None
    while url != before:
        answer = caller.get(url)
        assert answer.status_code == 200, answer.content
        found += answer.json()
        before, url = url, linked(answer, "next")
    return found


def told(changes):
    return [(c["orderId"], c["version"], c["type"], c["status"]) for c in changes]


def test_the_changes_of_all_orders_come_in_the_order_of_the_log(clerk):
    start = catch_up()
    one, two = an_order(a_customer()), an_order(a_customer())
    confirmed(one.order_id)
    catch_up()

    found = followed(clerk, f"{CHANGES}?after={start}&limit=1")

    assert told(found) == [
        (str(one.order_id), 1, "OrderCreated", "PENDING"),
        (str(two.order_id), 1, "OrderCreated", "PENDING"),
        (str(one.order_id), 2, "OrderConfirmed", "CONFIRMED"),
    ]
    positions = [change["position"] for change in found]
    assert positions == sorted(set(positions))


def test_of_one_order_only_its_own_changes_come(clerk):
    order = an_order(a_customer())
    an_order(a_customer())
    confirmed(order.order_id)
    catch_up()

    found = followed(clerk, of(order) + "?after=0")

    assert [change["version"] for change in found] == [1, 2]


def test_without_a_position_one_follows_from_now_on(clerk):
    order = an_order(a_customer())
    catch_up()
    start = clerk.get(CHANGES)
    confirmed(order.order_id)
    catch_up()

    assert start.json() == []
    assert told(followed(clerk, linked(start, "next"))) == [
        (str(order.order_id), 2, "OrderConfirmed", "CONFIRMED")
    ]


def test_a_customer_follows_the_own_orders_alone():
    mine, other = a_customer(), a_customer()
    caller, start = linked_to(mine), catch_up()
    order, theirs = an_order(mine), an_order(other)
    catch_up()

    found = followed(caller, f"{CHANGES}?after={start}")

    assert [change["orderId"] for change in found] == [str(order.order_id)]
    assert caller.get(of(theirs)).status_code == 404


def test_a_long_stretch_without_anything_of_ones_own_is_passed_over_in_parts(
    monkeypatch,
):
    monkeypatch.setattr(following, "LOOKED_THROUGH", 3)
    mine, other = a_customer(), a_customer()
    caller, start = linked_to(mine), catch_up()
    for _ in range(7):
        an_order(other)
    order = an_order(mine)
    catch_up()

    first = caller.get(f"{CHANGES}?after={start}")
    found = followed(caller, f"{CHANGES}?after={start}")

    assert first.json() == []
    assert [change["orderId"] for change in found] == [str(order.order_id)]


def test_a_stream_tells_each_change_with_its_position_as_the_id(clerk):
    order = an_order(a_customer())
    moved = confirmed(order.order_id)
    catch_up()

    answer = clerk.get(of(order) + "?after=0", Accept="text/event-stream")

    assert answer["Content-Type"] == "text/event-stream"
    retry, first, second, end = answer.content.decode().split("\n\n")
    assert (retry, end) == ("retry: 1000", "")
    assert first.startswith(f"id: {order.position}\nevent: OrderCreated\ndata: {{")
    assert second.startswith(f"id: {moved.position}\nevent: OrderConfirmed\ndata: {{")


def test_a_stream_goes_on_after_the_last_id_that_was_seen(clerk):
    order = an_order(a_customer())
    moved = confirmed(order.order_id)
    sent = shipped(order.order_id)
    catch_up()

    answer = clerk.get(
        of(order) + "?after=0",
        Accept="text/event-stream",
        Last_Event_ID=str(moved.position),
    )

    assert f"id: {sent.position}\n" in answer.content.decode()
    assert f"id: {moved.position}\n" not in answer.content.decode()


def test_a_follower_with_a_token_is_answered_from_data_that_far(clerk, replica):
    order = an_order(a_customer())
    start = catch_up()
    replica.pause()
    moved = confirmed(order.order_id)

    answer = clerk.get(
        f"{CHANGES}?after={start}", Consistency_Token=str(moved.position)
    )

    assert answer.status_code == 503 or told(answer.json())[0][1] == 2


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("after=x", "?after"), ("wait=61", "?wait"), ("limit=0", "?limit")],
)
def test_what_cannot_be_understood_is_400(clerk, query, pointer):
    answer = clerk.get(f"{CHANGES}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_changes_of_an_unknown_order_are_404(clerk):
    assert clerk.get(f"/api/query/orders/{uuid4()}/changes").status_code == 404
