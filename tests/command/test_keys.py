"""Idempotency keys: the same request happens once, however often it is sent."""

import hashlib
import time
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection

from customers.signals import IdempotencyKey
from orders_command.domain.errors import InvalidTransition
from orders_command.models import Order
from tests.orders import COMMANDS, an_order, cancelled, confirmed, order_body
from tests.people import a_customer, an_email, desk_clerk
from tests.racing import at_once


def test_the_same_request_under_a_key_happens_once():
    clerk, body, key = desk_clerk(), order_body(a_customer()), f"key {uuid4()}"
    first = clerk.post(COMMANDS, body, Idempotency_Key=key)

    again = clerk.post(COMMANDS, body, Idempotency_Key=key)

    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()
    for header in ("ETag", "Consistency-Token", "Location"):
        assert again[header] == first[header]
    assert Order.objects.filter(customer_id=body["customerId"]).count() == 1


def test_a_lost_answer_is_given_again_to_a_caller_who_starts_over():
    customer_id, key = a_customer(), _key()
    lost = an_order(customer_id, idempotency=key)

    again = an_order(customer_id, idempotency=key)

    assert again == replace(lost, replayed=True)
    assert Order.objects.filter(customer_id=customer_id).count() == 1


def test_a_replay_tells_what_was_true_then():
    order, clerk, key = an_order(a_customer()), desk_clerk(), str(uuid4())
    url = f"{COMMANDS}/{order.order_id}/confirm"
    first = clerk.post(url, Idempotency_Key=key)
    cancelled(order.order_id)

    again = clerk.post(url, Idempotency_Key=key)

    assert again.json() == first.json()
    assert (again.status_code, again.json()["status"]) == (200, "CONFIRMED")


def test_another_request_under_the_key_is_422():
    clerk, key = desk_clerk(), str(uuid4())
    body = order_body(a_customer())
    placed = clerk.post(COMMANDS, body, Idempotency_Key=key).json()
    others = (
        clerk.post(COMMANDS, {**body, "note": "else"}, Idempotency_Key=key),
        clerk.post(f"{COMMANDS}/{placed['orderId']}/confirm", Idempotency_Key=key),
        clerk.post(
            "/api/customers", {"name": "A", "email": "a@b.co"}, Idempotency_Key=key
        ),
    )

    for answer in others:
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/idempotency-key-reused")


def test_a_key_covers_the_condition_too():
    order, clerk, key = an_order(a_customer()), desk_clerk(), str(uuid4())
    url = f"{COMMANDS}/{order.order_id}/confirm"
    first = clerk.post(url, If_Match='"1"', Idempotency_Key=key)

    again = clerk.post(url, If_Match='"1"', Idempotency_Key=key)
    other = clerk.post(url, If_Match='"2"', Idempotency_Key=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422


def test_a_key_belongs_to_its_caller():
    body, key = order_body(a_customer()), str(uuid4())

    one = desk_clerk().post(COMMANDS, body, Idempotency_Key=key).json()
    two = desk_clerk().post(COMMANDS, body, Idempotency_Key=key).json()

    assert one["orderId"] != two["orderId"]


def test_a_refused_command_is_decided_anew():
    order, clerk, key = an_order(a_customer()), desk_clerk(), str(uuid4())
    url = f"{COMMANDS}/{order.order_id}/ship"
    assert clerk.post(url, Idempotency_Key=key).status_code == 409
    confirmed(order.order_id)

    assert clerk.post(url, Idempotency_Key=key).status_code == 200


def test_while_the_first_is_in_flight_the_second_is_409at_once():
    clerk, key = desk_clerk(), str(uuid4())
    body = order_body(a_customer())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended("
                "%s::text || chr(31) || %s::text, 0))",
                [f"user:{clerk.user.pk}", sha256(key)],
            )
            began = time.monotonic()
            answer = clerk.post(COMMANDS, body, Idempotency_Key=key)
            waited = time.monotonic() - began
            cursor.execute("rollback")
    finally:
        other.close()

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/request-in-flight")
    assert answer["Retry-After"] == "1"
    assert waited < 1
    assert clerk.post(COMMANDS, body, Idempotency_Key=key).status_code == 201


def test_many_at_once_under_one_key_place_one_order():
    clerk, key = desk_clerk(), str(uuid4())
    body = order_body(a_customer())

    answers = at_once(8, lambda: clerk.post(COMMANDS, body, Idempotency_Key=key))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(_is_in_flight(a) for a in answers if a.status_code == 409)
    assert 201 in {answer.status_code for answer in answers}
    assert Order.objects.filter(customer_id=body["customerId"]).count() == 1


@pytest.mark.parametrize("what", ["create", "confirm", "confirm version 1", "register"])
def test_a_key_that_was_just_let_go_is_replayed_and_not_decided_anew(what):
    """The receipt may be committed between the request's snapshot and its lock."""
    clerk, customer_id = desk_clerk(), a_customer()

    def call():
        key = str(uuid4())
        path, body, headers = _request(what, customer_id)

        def until_decided():
            while True:
                answer = clerk.post(path, body, Idempotency_Key=key, **headers)
                if answer.status_code != 409 or not _is_in_flight(answer):
                    return answer.status_code, answer.content

        return set(at_once(4, until_decided))

    for _ in range(60):
        [(status, _body)] = call()  # everybody is told the same
        assert status in {200, 201}


def _request(what, customer_id):
    if what == "create":
        return COMMANDS, order_body(customer_id), {}
    if what == "register":
        return "/api/customers", {"name": "Ada", "email": an_email()}, {}
    headers = {"If_Match": '"1"'} if "version" in what else {}
    return f"{COMMANDS}/{an_order(customer_id).order_id}/confirm", None, headers


def _is_in_flight(answer):
    return answer.json()["type"].endswith("/request-in-flight")


def test_a_lost_race_leaves_no_record_behind():
    order = an_order(a_customer())
    keys = [_key() for _ in range(6)]

    def attempt():
        return confirm_under(order.order_id, keys.pop())

    outcomes = at_once(6, attempt)

    assert sorted(outcomes) == [False] * 5 + [True]
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from orders_command_idempotencyrecord where order_id = %s",
            [order.order_id],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "Schlüssel"])
def test_a_key_that_is_none_is_400(key):
    answer = desk_clerk().post(COMMANDS, order_body(a_customer()), Idempotency_Key=key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


def confirm_under(order_id, key):
    try:
        confirmed(order_id, idempotency=key)
    except InvalidTransition:
        return False
    return True


def sha256(key):
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _key():
    return IdempotencyKey(
        caller="system:tests",
        key=str(uuid4()),
        fingerprint=hashlib.sha256(b"confirm").digest(),
    )
