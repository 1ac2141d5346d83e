"""Every refusal names its place and stores nothing."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest

from orders_command.models import Order
from tests.orders import COMMANDS, TEA, an_order, order_body
from tests.people import a_customer, desk_clerk


def with_item(**change):
    return {"items": [{**TEA, **change}]}


REFUSED = {
    "no items": ({"items": []}, 422, "/items"),
    "501 items": ({"items": [TEA] * 501}, 422, "/items"),
    "items of another type": ({"items": {}}, 400, "/items"),
    "an item of another type": ({"items": ["tea"]}, 400, "/items/0"),
    "quantity 0": (with_item(quantity=0), 422, "/items/0/quantity"),
    "quantity 1.5": (with_item(quantity=1.5), 400, "/items/0/quantity"),
    "quantity 1.0": (with_item(quantity=1.0), 400, "/items/0/quantity"),
    "quantity 1_000": (with_item(quantity="1_000"), 400, "/items/0/quantity"),
    "quantity ٣": (with_item(quantity="٣"), 400, "/items/0/quantity"),
    "quantity true": (with_item(quantity=True), 400, "/items/0/quantity"),
    "quantity null": (with_item(quantity=None), 400, "/items/0/quantity"),
    "quantity 10^20": (with_item(quantity=10**20), 422, "/items/0/quantity"),
    "price -1": (with_item(price=-1), 422, "/items/0/price"),
    "price -1 as a string": (with_item(price="-1"), 422, "/items/0/price"),
    "price -0.0": (with_item(price=-0.0), 422, "/items/0/price"),
    "price 1e5": (with_item(price="1e5"), 422, "/items/0/price"),
    "price NaN": (with_item(price="NaN"), 422, "/items/0/price"),
    "price ٣": (with_item(price="٣"), 422, "/items/0/price"),
    "price +1": (with_item(price="+1"), 422, "/items/0/price"),
    "price of three decimals": (with_item(price="1.005"), 422, "/items/0/price"),
    "price too high": (with_item(price=10**10), 422, "/items/0/price"),
    "price true": (with_item(price=True), 400, "/items/0/price"),
    "empty product": (with_item(productId=""), 422, "/items/0/productId"),
    "long product": (with_item(productId="x" * 65), 422, "/items/0/productId"),
    "product with a tab": (with_item(productId="a\tb"), 422, "/items/0/productId"),
    "product 7": (with_item(productId=7), 400, "/items/0/productId"),
    "unknown item field": (with_item(total=7), 400, "/items/0/total"),
    "unknown field": ({"status": "SHIPPED"}, 400, "/status"),
    "field with a slash": ({"a/b~c": 1}, 400, "/a~1b~0c"),
    "unknown customer": ({"customerId": str(uuid4())}, 422, "/customerId"),
    "no id": ({"customerId": "me"}, 422, "/customerId"),
    "customer 1": ({"customerId": 1}, 400, "/customerId"),
    "no currency": ({"currency": "usd"}, 422, "/currency"),
    "unknown currency": ({"currency": "ABC"}, 422, "/currency"),
    "empty reference": ({"reference": ""}, 422, "/reference"),
    "long reference": ({"reference": "x" * 65}, 422, "/reference"),
    "null reference": ({"reference": None}, 400, "/reference"),
    "long note": ({"note": "x" * 2001}, 422, "/note"),
    "note with control characters": ({"note": "a\u0085b"}, 422, "/note"),
}


@pytest.mark.parametrize(("change", "status", "place"), REFUSED.values(), ids=REFUSED)
def test_a_refused_order_names_the_place_and_stores_nothing(change, status, place):
    customer_id = a_customer()

    answer = desk_clerk().post(COMMANDS, {**order_body(customer_id), **change})

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == place
    assert not Order.objects.filter(customer_id=customer_id).exists()


RAW = {
    "a number with an exponent": (b"1e5", 422, "/items/0/price"),
    "NaN": (b"NaN", 400, None),
    "more digits than a double has": (b"0.30000000000000004", 422, "/items/0/price"),
    "an open list": (b"[" * 5000, 400, None),
    "NUL": (b'"\\u0000"', 400, None),
    "a lone surrogate": (b'"\\ud800"', 400, None),
    "invalid UTF-8": (b'"\xff"', 400, None),
    "a duplicate key": (b'1, "price": 2', 400, None),
}


@pytest.mark.parametrize(("price", "status", "place"), RAW.values(), ids=RAW)
def test_what_json_libraries_let_through_is_refused(price, status, place):
    customer_id = a_customer()
    body = json.dumps(order_body(customer_id)).encode().replace(b"3.5", price)

    answer = desk_clerk().post(COMMANDS, body)

    assert answer.status_code == status, answer.content
    if place:
        assert answer.json()["errors"][0]["pointer"] == place
    assert not Order.objects.filter(customer_id=customer_id).exists()


@pytest.mark.parametrize("body", [[], "order", 7, None])
def test_a_body_that_is_no_object_is_400(body):
    answer = desk_clerk().post(COMMANDS, json.dumps(body).encode())

    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("name", ["customerId", "items"])
def test_a_missing_field_is_422(name):
    body = order_body(a_customer())
    del body[name]

    answer = desk_clerk().post(COMMANDS, body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{name}"


def test_a_body_of_ten_megabytes_is_413():
    customer_id = a_customer()
    body = json.dumps(order_body(customer_id, note="x" * 10_000_000)).encode()

    assert desk_clerk().post(COMMANDS, body).status_code == 413
    assert not Order.objects.filter(customer_id=customer_id).exists()


def test_everything_that_is_wrong_is_told_at_once():
    items = [{**TEA, "quantity": "2"}, {"productId": "x"}]

    answer = desk_clerk().post(COMMANDS, order_body(a_customer(), items=items, x=1))

    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/x",
        "/items/0/quantity",
        "/items/1/quantity",
        "/items/1/price",
    }


def test_what_the_rules_refuse_is_told_with_what_is_misspelt():
    items = [{**TEA, "quantity": 0}, "tea", {**TEA, "productId": "", "price": "-1"}]

    answer = desk_clerk().post(COMMANDS, order_body(a_customer(), items=items))

    assert answer.status_code == 400
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == [
        "/items/0/quantity",
        "/items/1",
        "/items/2/price",
        "/items/2/productId",
    ]


def test_no_more_than_fifty_errors_are_told():
    items = [{**TEA, "quantity": 0, "price": -1}] * 500

    answer = desk_clerk().post(COMMANDS, order_body(a_customer(), items=items))

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50


def test_a_huge_number_is_refused_under_a_key_too():
    body = order_body(a_customer(), **with_item(quantity=10**20))

    answer = desk_clerk().post(COMMANDS, body, Idempotency_Key=str(uuid4()))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("action", "body", "status", "place"),
    [
        ("confirm", {"status": "SHIPPED"}, 400, "/status"),
        ("ship", {"carrier": "<b>"}, 422, "/carrier"),
        ("ship", {"trackingNumber": "x" * 101}, 422, "/trackingNumber"),
        ("ship", {"trackingNumber": 7}, 400, "/trackingNumber"),
        ("cancel", {"reason": "x" * 501}, 422, "/reason"),
        ("cancel", {"reason": "a\nb"}, 422, "/reason"),
    ],
)
def test_a_refused_transition_names_the_place(action, body, status, place):
    order, clerk = an_order(a_customer()), desk_clerk()

    answer = clerk.post(f"{COMMANDS}/{order.order_id}/{action}", body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["pointer"] == place
    assert Order.objects.get(pk=order.order_id).version == 1


def test_a_query_parameter_is_refused():
    answer = desk_clerk().post(f"{COMMANDS}?dryRun=1", order_body(a_customer()))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "?dryRun"


def test_a_price_is_exact_from_end_to_end():
    customer_id = a_customer()
    body = json.dumps(order_body(customer_id)).encode()
    body = body.replace(b"3.5", b"1234567890.10")

    assert desk_clerk().post(COMMANDS, body).status_code == 201

    total = Order.objects.get(customer_id=customer_id).total
    assert total == Decimal("2469135780.20")
    assert str(total) == "2469135780.20"
