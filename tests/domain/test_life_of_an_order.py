"""Which command is allowed at which point of an order's life."""

from dataclasses import replace

import pytest

from orders_command.domain.errors import BadInput, InvalidTransition, OrderNotFound
from orders_command.domain.order import replay
from orders_command.events import OrderCancelled, OrderShipped
from tests.examples import (
    CUSTOMER,
    SOMEBODY_ELSE,
    add_note,
    cancel,
    cancelled,
    confirm,
    confirmed,
    create,
    created,
    deliver,
    delivered,
    noted,
    ship,
    shipped,
)
from tests.given import given

pytestmark = pytest.mark.no_services

PASTS = {
    "pending": (created,),
    "confirmed": (created, confirmed),
    "shipped": (created, confirmed, shipped),
    "delivered": (created, confirmed, shipped, delivered),
    "cancelled": (created, cancelled),
}
COMMANDS = {"confirm": confirm, "ship": ship, "deliver": deliver, "cancel": cancel}
ALLOWED = {
    ("pending", "confirm"): confirmed,
    ("pending", "cancel"): cancelled,
    ("confirmed", "ship"): shipped,
    ("confirmed", "cancel"): cancelled,
    ("shipped", "deliver"): delivered,
}


def test_an_order_is_created():
    given().when(create).then(created)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("past", PASTS)
def test_every_command_at_every_point(past, command):
    attempt = given(*PASTS[past]).when(COMMANDS[command])

    if (past, command) in ALLOWED:
        attempt.then(ALLOWED[past, command])
    else:
        refusal = attempt.refused(InvalidTransition)
        assert past.upper() in str(refusal)


@pytest.mark.parametrize("past", PASTS)
def test_a_note_is_added_at_every_point_and_changes_nothing_else(past):
    given(*PASTS[past]).when(add_note).then(noted)
    assert replay([*PASTS[past], noted]) == replay(PASTS[past])


@pytest.mark.parametrize("command", COMMANDS)
def test_an_order_that_was_never_created_is_unknown(command):
    given().when(COMMANDS[command]).refused(OrderNotFound)


def test_carrier_and_tracking_number_may_be_left_out():
    given(created, confirmed).when(replace(ship, shipment=None)).then(OrderShipped())


def test_a_reason_may_be_left_out():
    given(created).when(replace(cancel, reason=None)).then(OrderCancelled())


def test_a_customer_cancels_an_own_pending_order():
    given(created).when(replace(cancel, by_customer=True)).then(cancelled)


def test_a_customer_does_not_cancel_a_confirmed_order():
    own = replace(cancel, by_customer=True)

    given(created, confirmed).when(own).refused(InvalidTransition)


def test_who_is_kept_to_a_customer_but_works_at_the_desk_cancels_a_confirmed_order():
    own = replace(cancel, only_of=CUSTOMER)

    given(created, confirmed).when(own).then(cancelled)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("past", PASTS)
def test_somebody_elses_order_is_unknown_whatever_is_asked_of_it(past, command):
    kept = replace(COMMANDS[command], only_of=SOMEBODY_ELSE)

    given(*PASTS[past]).when(kept).refused(OrderNotFound)


def test_an_order_for_somebody_else_is_one_for_nobody():
    given().when(replace(create, only_of=CUSTOMER)).then(created)

    refusal = given().when(replace(create, only_of=SOMEBODY_ELSE)).refused(BadInput)

    assert [error["pointer"] for error in refusal.errors] == ["/customerId"]
