"""Which lines an order may be given anew, and when."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orders_command.domain.errors import BadInput, InvalidTransition, OrderNotFound
from orders_command.domain.order import Status, replay
from orders_command.events import OrderItemsAmended
from tests.examples import (
    SOMEBODY_ELSE,
    SUGAR,
    TEA,
    amend,
    amended,
    cancelled,
    confirm,
    confirmed,
    created,
    delivered,
    shipped,
)
from tests.given import given

pytestmark = pytest.mark.no_services


def test_the_event_holds_the_lines_after_and_before():
    given(created).when(amend).then(amended)


def test_each_amendment_replaces_what_the_one_before_it_has_made():
    back = OrderItemsAmended(currency="USD", items=(TEA,), previous_items=(TEA, SUGAR))

    given(created, amended).when(replace(amend, items=(TEA,))).then(back)


def test_an_amended_order_has_the_lines_and_the_total_and_is_pending_still():
    state = replay([created, amended])

    assert (state.items, state.total) == ((TEA, SUGAR), Decimal("9.00"))
    assert state.status is Status.PENDING
    given(created, amended).when(confirm).then(confirmed)


@pytest.mark.parametrize("written", ["3.5", "3.50", "3.500"])
def test_the_lines_that_it_has_already_are_no_event(written):
    same = replace(TEA, price=Decimal(written))

    given(created).when(replace(amend, items=(same,))).then()


def test_prices_are_stored_with_the_digits_of_the_currency():
    rounded = replace(SUGAR, price=Decimal(2))

    given(created).when(replace(amend, items=(TEA, rounded))).then(amended)


@pytest.mark.parametrize(
    "past",
    [
        (created, confirmed),
        (created, confirmed, shipped),
        (created, confirmed, shipped, delivered),
        (created, cancelled),
    ],
)
def test_only_a_pending_order_is_amended(past):
    refusal = given(*past).when(amend).refused(InvalidTransition)

    assert "Only an order that is PENDING can be amended" in str(refusal)


def test_an_unknown_order_and_another_customers_are_the_same():
    given().when(amend).refused(OrderNotFound)
    given(created).when(replace(amend, only_of=SOMEBODY_ELSE)).refused(OrderNotFound)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"price": Decimal("0.001")}, "/items/1/price", "decimals"),
        ({"price": Decimal(-1)}, "/items/1/price", "range"),
        ({"quantity": 0}, "/items/1/quantity", "range"),
    ],
)
def test_what_is_refused_of_a_new_order_is_refused_here(change, pointer, code):
    command = replace(amend, items=(TEA, replace(SUGAR, **change)))

    refusal = given(created).when(command).refused(BadInput)

    assert [(e["pointer"], e["code"]) for e in refusal.errors] == [(pointer, code)]


@pytest.mark.parametrize("count", [0, 501])
def test_it_has_1_to_500_lines_as_ever(count):
    refusal = given(created).when(replace(amend, items=(TEA,) * count))

    assert refusal.refused(BadInput).errors[0]["pointer"] == "/items"
