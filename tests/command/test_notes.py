"""Notes on an order: at any time, by the desk, and not of a person who is erased."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, transaction

from customers import directory
from orders_command.domain.errors import CustomerErased
from orders_command.models import Event, OrderRemark
from tests.orders import (
    ACTOR,
    COMMANDS,
    an_order,
    cancelled,
    confirmed,
    delivered,
    noted,
    shipped,
)
from tests.people import a_customer, administrator, desk_clerk
from tests.waiting import eventually

NOTE = {"note": "Rang: comes on Friday."}


def path_of(order):
    return f"{COMMANDS}/{order.order_id}/notes"


def an_order_that_is(status, customer_id):
    order = an_order(customer_id)
    if status == "CANCELLED":
        return cancelled(order.order_id)
    steps = {"CONFIRMED": confirmed, "SHIPPED": shipped, "DELIVERED": delivered}
    for name, step in steps.items():
        if order.status == status:
            break
        order = step(order.order_id)
        assert order.status == name
    return order


@pytest.mark.parametrize(
    "status", ["PENDING", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED"]
)
def test_a_note_is_added_in_any_status_and_leaves_it(status):
    order = an_order_that_is(status, a_customer())

    answer = desk_clerk().post(path_of(order), NOTE)

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"orderId", "orderNumber", "status", "version", "position"}
    assert (told["status"], told["version"]) == (status, order.version + 1)
    assert answer["ETag"] == f'"{told["version"]}"'
    assert answer["Consistency-Token"] == str(told["position"])


def test_the_log_holds_the_id_and_the_remark_the_words():
    order = an_order(a_customer())

    administrator().post(path_of(order), NOTE)

    logged = Event.objects.get(order_id=order.order_id, version=2)
    remark = OrderRemark.objects.get(order_id=order.order_id)
    assert (logged.type, logged.data) == ("OrderNoteAdded", {"note_id": str(remark.pk)})
    assert remark.text == NOTE["note"]


def test_if_match_and_the_key_hold_for_notes_too():
    order, clerk, key = an_order(a_customer()), desk_clerk(), str(uuid4())

    late = clerk.post(path_of(order), NOTE, If_Match='"7"')
    first, again = (
        clerk.post(path_of(order), NOTE, Idempotency_Key=key) for _ in range(2)
    )
    other = clerk.post(path_of(order), {"note": "Else."}, Idempotency_Key=key)

    assert (late.status_code, late.json()["currentVersion"]) == (412, 1)
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert other.status_code == 422
    assert Event.objects.filter(order_id=order.order_id).count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"note": ""}, 422),
        ({"note": "x" * 2_001}, 422),
        ({"note": "a\nb"}, 422),
        ({"note": None}, 400),
        ({"note": 7}, 400),
        ({"note": "a", "reason": "b"}, 400),
    ],
)
def test_what_is_no_note_is_refused_with_its_place_and_stores_nothing(body, status):
    order = an_order(a_customer())

    refused = desk_clerk().post(path_of(order), body)

    assert refused.status_code == status
    pointers = [error["pointer"] for error in refused.json()["errors"]]
    assert pointers == (["/reason"] if "reason" in body else ["/note"])
    assert Event.objects.filter(order_id=order.order_id).count() == 1


def test_the_longest_note_is_taken_and_an_unknown_order_is_404():
    clerk = desk_clerk()

    longest = clerk.post(path_of(an_order(a_customer())), {"note": "ä" * 2_000})
    unknown = clerk.post(f"{COMMANDS}/{uuid4()}/notes", NOTE)

    assert (longest.status_code, unknown.status_code) == (200, 404)


def test_of_an_erased_customer_no_note_is_taken():
    customer_id, clerk, key = a_customer(), desk_clerk(), str(uuid4())
    order = an_order(customer_id)
    before = clerk.post(path_of(order), NOTE, Idempotency_Key=key)
    directory.erase(customer_id, actor=ACTOR)

    refused = clerk.post(path_of(order), NOTE)
    replayed = clerk.post(path_of(order), NOTE, Idempotency_Key=key)

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/customer-erased")
    assert replayed.json() == before.json()
    assert Event.objects.filter(order_id=order.order_id).count() == 2
    assert not OrderRemark.objects.filter(order_id=order.order_id).exists()


def test_a_note_that_meets_an_erasure_waits_and_is_refused():
    customer_id = a_customer()
    order = an_order(customer_id)
    begun = threading.Event()

    def note():
        begun.set()
        try:
            return noted(order.order_id)
        except CustomerErased:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            directory.erase(customer_id, actor=ACTOR)
            added = pool.submit(note)
            eventually(lambda: someone_waits_for_me() or added.done())
            assert not added.done()
        assert added.result(timeout=10) == "refused"

    assert Event.objects.filter(order_id=order.order_id).count() == 1
    assert not OrderRemark.objects.filter(order_id=order.order_id).exists()


def someone_waits_for_me():
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where not granted"
            " and pg_backend_pid() = any(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]
