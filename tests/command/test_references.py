"""A reference is one order's: for ever, whoever is quicker, and to the letter."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connections

from orders_command.models import Order
from tests.orders import COMMANDS, an_order, cancelled, order_body
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, administrator, desk_clerk
from tests.projected import catch_up


def of_reference(reference):
    return Order.objects.filter(reference=reference).count()


def all_at_once(*calls):
    met = Barrier(len(calls))

    def run(call):
        try:
            met.wait(10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [*pool.map(run, calls)]


def test_of_several_creators_exactly_one_gets_it():
    customers, clerks = [a_customer() for _ in range(4)], [desk_clerk() for _ in "1234"]
    for _ in range(5):
        reference = f"web-{uuid4()}"
        bodies = [order_body(customer, reference=reference) for customer in customers]
        answers = all_at_once(
            *(
                partial(clerk.post, COMMANDS, body)
                for clerk, body in zip(clerks, bodies, strict=True)
            )
        )

        assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
        assert of_reference(reference) == 1


def test_it_stays_taken_when_its_order_is_cancelled():
    reference, customer_id = f"web-{uuid4()}", a_customer()
    cancelled(an_order(customer_id, reference=reference).order_id)

    refused = desk_clerk().post(COMMANDS, order_body(customer_id, reference=reference))

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/duplicate-reference")


def test_a_key_answers_again_where_another_key_is_a_duplicate():
    clerk, reference = desk_clerk(), f"web-{uuid4()}"
    body, key = order_body(a_customer(), reference=reference), str(uuid4())

    first, again = (clerk.post(COMMANDS, body, Idempotency_Key=key) for _ in "12")
    other = clerk.post(COMMANDS, body, Idempotency_Key=str(uuid4()))

    assert (first.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 409


def test_a_key_whose_order_was_refused_is_free_for_another_reference():
    clerk, customer_id, key = desk_clerk(), a_customer(), str(uuid4())
    taken = f"web-{uuid4()}"
    an_order(customer_id, reference=taken)

    refused = clerk.post(
        COMMANDS, order_body(customer_id, reference=taken), Idempotency_Key=key
    )
    placed = clerk.post(
        COMMANDS, order_body(customer_id, reference=f"{taken}-2"), Idempotency_Key=key
    )

    assert (refused.status_code, placed.status_code) == (409, 201)


def test_orders_without_one_are_as_many_as_you_like():
    customer_id, clerk = a_customer(), desk_clerk()

    statuses = [clerk.post(COMMANDS, order_body(customer_id)).status_code for _ in "12"]

    assert statuses == [201, 201]


@pytest.mark.parametrize(
    "other", ["WEB-{}", " web-{}", "web-{} ", "web -{}", "web-{}\u200b", "w\u0435b-{}"]
)
def test_case_spaces_and_every_letter_count(other):
    name, customer_id, clerk = str(uuid4()), a_customer(), desk_clerk()
    an_order(customer_id, reference=f"web-{name}")

    placed = clerk.post(COMMANDS, order_body(customer_id, reference=other.format(name)))
    catch_up(placed.json()["position"])
    found = clerk.get(f"/api/query/orders?q={quote(other.format(name))}").json()

    assert placed.status_code == 201
    assert [order["orderId"] for order in found] == [placed.json()["orderId"]]


def test_it_is_found_shown_and_exported():
    reference, clerk = f"web-{uuid4()}", desk_clerk()
    order = an_order(a_customer(), reference=reference)
    catch_up()

    [listed] = clerk.get(f"/api/query/orders?q={reference}").json()
    pages = signed_in(clerk)
    on_the_list = text(pages.get("/orders", {"q": reference}))
    export = b"".join(pages.get("/orders.csv", {"q": reference}).streaming_content)

    assert (listed["orderId"], listed["reference"]) == (str(order.order_id), reference)
    assert on_the_list.count(reference) == 1
    assert reference in export.decode()
    assert reference in text(pages.get(f"/orders/{order.order_id}"))
    for model in ("orders_command/order", "orders_query/orderreadmodel"):
        admin = signed_in(administrator()).get(f"/admin/{model}/", {"q": reference})
        assert f">{reference}<" in admin.content.decode()
