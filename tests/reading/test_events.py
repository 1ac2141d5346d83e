"""The log for integrators, and the way of each event as support people ask for it."""

from uuid import uuid4

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command import feed
from orders_query import projector
from tests.orders import ACTOR, an_order, confirmed
from tests.people import a_customer, analyst, linked_to
from tests.projected import catch_up, projector_stopped
from tests.turning import linked

EVENTS = "/api/query/events"


@pytest.fixture
def caller():
    return analyst()


def test_the_log_is_read_to_its_end_in_order_and_without_a_person(caller):
    start = feed.head()
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id, note="Ring twice.")
    confirmed(order.order_id)
    directory.erase(customer_id, actor=ACTOR)
    url, found, text = f"{EVENTS}?after={start}&limit=3", [], b""

    while True:
        answer = caller.get(url)
        found += answer.json()
        text += answer.content
        if not answer.json():
            break
        url = linked(answer, "next")

    mine = [
        (event["type"], event["version"])
        for event in found
        if str(customer_id) == event.get("customerId")
        or str(order.order_id) == event.get("orderId")
    ]
    assert mine == [
        ("CustomerRegistered", 1),
        ("OrderCreated", 1),
        ("OrderConfirmed", 2),
        ("CustomerErased", 2),
    ]
    positions = [event["position"] for event in found]
    assert positions == sorted(set(positions))
    assert b"Lovelace" not in text
    assert b"Ring" not in text
    assert answer["Read-Source"] == "log"


def test_an_event_that_is_still_being_written_is_not_passed_over(caller, services):
    start = feed.head()
    with psycopg.connect(services.environment()[OWNER_URLS[0]]) as writer:
        writer.execute("lock table orders_command_event in row exclusive mode")
        writer.execute("select nextval('orders_command_event_position_seq')")
        order = an_order(a_customer())
        waiting = caller.get(f"{EVENTS}?after={start}")
        writer.rollback()
    after = caller.get(f"{EVENTS}?after={start}").json()

    assert waiting.status_code == 503
    assert waiting.json()["type"].endswith("/not-yet-consistent")
    assert str(order.order_id) in [event.get("orderId") for event in after]


def test_events_are_not_for_customers():
    assert linked_to(a_customer()).get(EVENTS).status_code == 403


def test_more_than_the_log_has_seen_cannot_be_asked(caller):
    beyond = str(feed.head() + 1_000_000)

    assert caller.get(EVENTS, Consistency_Token=beyond).status_code == 503


def traced(caller, order):
    answer = caller.get(f"/api/query/orders/{order.order_id}/trace")
    assert answer.status_code == 200, answer.content
    return answer.json()["events"]


def test_a_trace_tells_how_far_each_event_has_come(caller, services):
    order = an_order(a_customer())
    catch_up()
    with projector_stopped(services):
        confirmed(order.order_id)
        created, moved = traced(caller, order)

    assert created["committedAt"] <= created["appliedAt"]
    assert created["receivedAt"] <= created["committedAt"]
    assert created["milliseconds"]["apply"] >= 0
    assert [r["isVisible"] for r in created["replicas"]] == [True]
    assert (moved["type"], moved["appliedAt"]) == ("OrderConfirmed", None)
    assert [r["isVisible"] for r in moved["replicas"]] == [False]


def test_a_trace_tells_of_a_replica_that_is_behind(caller, replica):
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    while projector.step(projector.ORDERS).position < moved.position:
        pass

    _, second = traced(caller, order)

    assert second["appliedAt"] is not None
    assert [r["isVisible"] for r in second["replicas"]] == [False]


def test_a_trace_of_an_unknown_order_is_404_and_of_none_for_customers(caller):
    mine = a_customer()
    order = an_order(mine)
    url = f"/api/query/orders/{uuid4()}/trace"

    assert caller.get(url).status_code == 404
    own = linked_to(mine).get(f"/api/query/orders/{order.order_id}/trace")
    assert own.status_code == 403
