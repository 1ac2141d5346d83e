"""Replacing the lines of a pending order through the API."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders_command.models import Event, Order, OrderItem
from tests.orders import COMMANDS, TEA, amended, an_order, confirmed, lines
from tests.people import a_customer, analyst, desk_clerk, linked_to

SUGAR = {"productId": "sugar", "quantity": 1, "price": "2.00"}
THREE_TEAS = {**TEA, "quantity": 3}


@pytest.fixture
def clerk():
    return desk_clerk()


def place(order):
    return f"{COMMANDS}/{order.order_id}/items"


def rows(order):
    """Return the lines that the command side keeps."""
    kept = OrderItem.objects.filter(order_id=order.order_id).order_by("line")
    return [(i.line, i.product_id, i.quantity, str(i.price)) for i in kept]


def test_the_lines_of_a_pending_order_are_replaced(clerk):
    order = an_order(a_customer())

    answer = clerk.post(place(order), {"items": [THREE_TEAS, SUGAR]})

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["status"], told["version"]) == ("PENDING", 2)
    assert told["orderNumber"] == order.order_number
    assert answer["ETag"] == '"2"'
    assert answer["Consistency-Token"] == str(told["position"])
    assert rows(order) == [(1, "tea", 3, "3.50"), (2, "sugar", 1, "2.00")]
    assert str(Order.objects.get(pk=order.order_id).total) == "12.50"


def test_the_event_says_what_the_lines_are_and_were(clerk):
    order = an_order(a_customer())
    clerk.post(place(order), {"items": [SUGAR]})

    event = Event.objects.get(order_id=order.order_id, version=2)

    assert event.type == "OrderItemsAmended"
    assert event.data == {
        "currency": "USD",
        "items": [{"product_id": "sugar", "quantity": 1, "price": "2.00"}],
        "previous_items": [{"product_id": "tea", "quantity": 2, "price": "3.50"}],
    }


def test_lines_that_are_left_out_are_gone(clerk):
    order = an_order(a_customer(), items=lines(*(("tea", 1, "1.00"),) * 5))

    clerk.post(place(order), {"items": [SUGAR, TEA]})
    clerk.post(place(order), {"items": [TEA]})

    assert rows(order) == [(1, "tea", 2, "3.50")]


def test_the_same_lines_again_change_nothing_and_are_answered_all_the_same(clerk):
    order, key = an_order(a_customer()), str(uuid4())

    answers = [
        clerk.post(place(order), {"items": [TEA]}, Idempotency_Key=key)
        for _ in range(2)
    ]

    told = [(a.status_code, a.json()["version"], a["ETag"]) for a in answers]
    assert told == [(200, 1, '"1"')] * 2
    assert [a["Consistency-Token"] for a in answers] == [str(order.position)] * 2
    assert ["Idempotency-Replayed" in a for a in answers] == [False, True]
    assert Event.objects.filter(order_id=order.order_id).count() == 1


def test_a_request_again_under_its_key_amends_once(clerk):
    order, key = an_order(a_customer()), str(uuid4())
    first = clerk.post(place(order), {"items": [SUGAR]}, Idempotency_Key=key)
    amended(order.order_id, ("milk", 1, "1.00"))

    again = clerk.post(place(order), {"items": [SUGAR]}, Idempotency_Key=key)
    other = clerk.post(place(order), {"items": [TEA]}, Idempotency_Key=key)

    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert rows(order) == [(1, "milk", 1, "1.00")]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/items"),
        ({"items": []}, 422, "/items"),
        ({"items": [TEA] * 501}, 422, "/items"),
        ({"items": "tea"}, 400, "/items"),
        ({"items": [TEA], "currency": "EUR"}, 400, "/currency"),
        ({"items": [{**TEA, "price": "0.001"}]}, 422, "/items/0/price"),
        ({"items": [{**TEA, "price": -1}]}, 422, "/items/0/price"),
        ({"items": [TEA, {**TEA, "quantity": 0}]}, 422, "/items/1/quantity"),
        ({"items": [TEA, {**TEA, "quantity": 1.5}]}, 400, "/items/1/quantity"),
        ({"items": [{"productId": "tea", "price": 1}]}, 422, "/items/0/quantity"),
        ({"items": [{**TEA, "colour": "red"}]}, 400, "/items/0/colour"),
    ],
)
def test_what_will_not_do_is_told_with_its_place_and_changes_nothing(
    clerk, body, status, pointer
):
    order = an_order(a_customer())

    answer = clerk.post(place(order), body)

    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert rows(order) == [(1, "tea", 2, "3.50")]


def test_prices_have_the_digits_of_the_orders_own_currency(clerk):
    order = an_order(a_customer(), currency="JPY", items=lines(("tea", 1, "100")))

    refused = clerk.post(place(order), {"items": [{**TEA, "price": "1.50"}]})

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "pointer": "/items/0/price",
            "code": "decimals",
            "detail": "JPY has 0 decimals.",
        }
    ]


def test_of_many_wrong_prices_fifty_are_told(clerk):
    order = an_order(a_customer(), currency="JPY", items=lines(("tea", 1, "100")))

    refused = clerk.post(place(order), {"items": [{**TEA, "price": "1.50"}] * 500})

    assert (refused.status_code, len(refused.json()["errors"])) == (422, 50)


def test_an_order_that_has_moved_on_is_409_and_tells_since_when(clerk):
    order = an_order(a_customer())
    amended(order.order_id, ("sugar", 1, "2.00"))
    confirmed(order.order_id)

    refused = clerk.post(place(order), {"items": [TEA]})

    assert refused.status_code == 409
    told = refused.json()
    assert told["type"].endswith("/invalid-transition")
    assert (told["currentStatus"], told["currentVersion"]) == ("CONFIRMED", 3)
    change = told["events"][1]
    assert change["type"] == "OrderItemsAmended"
    assert (change["data"]["previousTotal"], change["data"]["total"]) == (7.0, 2.0)


def test_a_form_of_an_older_version_is_412_and_tells_what_came_between(clerk):
    order = an_order(a_customer())
    amended(order.order_id, ("sugar", 1, "2.00"))

    refused = clerk.post(place(order), {"items": [TEA]}, If_Match='"1"')

    assert refused.status_code == 412
    assert [event["version"] for event in refused.json()["events"]] == [2]
    assert clerk.post(place(order), {"items": [TEA]}, If_Match='"2"').status_code == 200


def test_an_unknown_order_is_404(clerk):
    answer = clerk.post(f"{COMMANDS}/{uuid4()}/items", {"items": [TEA]})

    assert answer.status_code == 404


def test_prices_are_quoted_by_the_desk_alone():
    customer_id = a_customer()
    order = an_order(customer_id)

    for caller in (linked_to(customer_id), analyst()):
        assert caller.post(place(order), {"items": [SUGAR]}).status_code == 403
    assert rows(order) == [(1, "tea", 2, "3.50")]


def test_amendments_at_the_same_time_follow_one_another():
    order = an_order(a_customer())

    def amend(number):
        amended(order.order_id, *((f"p{number}", 1, "1.00"),) * number)
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(amend, range(1, 9)))

    events = Event.objects.filter(order_id=order.order_id).order_by("version")
    contents = [event.data["items"] for event in events]
    assert [event.version for event in events] == list(range(1, 10))
    assert [e.data["previous_items"] for e in events[1:]] == contents[:-1]
    last = [(item["product_id"], item["quantity"]) for item in contents[-1]]
    assert [(row[1], row[2]) for row in rows(order)] == last


def test_other_commands_do_not_look_at_the_lines():
    order = an_order(a_customer())

    with CaptureQueriesContext(connection) as asked:
        confirmed(order.order_id)

    assert len(asked) == 2
    assert not any("orderitem" in query["sql"] for query in asked)
