"""`q` finds an order by what a caller on the telephone knows."""

from decimal import Decimal
from urllib.parse import quote
from uuid import uuid4

import pytest

from customers import directory
from orders_command.events import Item
from tests.orders import ACTOR, an_order
from tests.people import desk_clerk
from tests.projected import catch_up

MARK = uuid4().hex[-10:]  # what no other order has in it


@pytest.fixture(scope="module")
def known(services, django_db_blocker):
    """One order, and each thing it can be found by."""
    product, reference = f"p-{MARK}", f"r-{MARK}"
    with django_db_blocker.unblock():
        customer = directory.register(
            name=f"Zoë 100%_{MARK}", email=f"zoe.{MARK}@example.org", actor=ACTOR
        ).customer
        order = an_order(
            customer.customer_id,
            items=(Item(product_id=product, quantity=1, price=Decimal("1.00")),),
            reference=reference,
        )
        catch_up()
    return {
        "number": order.order_number,
        "id": str(order.order_id),
        "product": product,
        "reference": reference,
        "part of the name": MARK[1:],
        "name in capitals": f"ZOË 100%_{MARK.upper()}",
        "part of the e-mail": f"e.{MARK}@EXAMPLE",
        "signs that stand for others": f"100%_{MARK}",
    }


def found(q):
    answer = desk_clerk().get(f"/api/query/orders?q={quote(q)}")
    assert answer.status_code == 200, answer.content
    return [order["orderNumber"] for order in answer.json()]


@pytest.mark.parametrize(
    "by",
    [
        *("number", "id", "product", "reference", "part of the name"),
        *("name in capitals", "part of the e-mail", "signs that stand for others"),
    ],
)
def test_an_order_is_found_by_its(by, known):
    assert found(known[by]) == [known["number"]]


@pytest.mark.parametrize(
    "by", ["number", "product", "reference", "id"], ids=lambda by: f"part of {by}"
)
def test_a_part_of_what_must_be_exact_finds_nothing(by, known):
    assert known["number"] not in found(known[by][:-1])


def test_a_sign_that_stands_for_others_stands_for_itself(known):
    assert found(f"100_%{MARK}") == []


def test_two_letters_of_a_name_are_too_few(known):
    assert known["number"] not in found("Zo")
