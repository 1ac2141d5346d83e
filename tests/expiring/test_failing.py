"""One order that cannot be cancelled stops no other one, and is told."""

import logging
from contextlib import contextmanager

import pytest
from django.db import connections

from orders_command.expiring import LATE
from tests.expiring.test_expiring import cancellations, status_of
from tests.orders import noted
from tests.verification.conftest import Vandal

TABLE = "orders_command_order"
NO_ROOM = 2**31 - 1  # for a next version
BEHIND = 1  # of the log, which is at version 2


@pytest.fixture
def vandal(services):
    return Vandal(services)


@pytest.mark.parametrize("version", [NO_ROOM, BEHIND])
def test_an_order_that_cannot_be_cancelled_is_told_and_passed_over(
    shop, vandal, caplog, version
):
    broken, sound = shop.placed(), shop.placed()
    noted(broken)
    failed = cancellations("error")

    with vandal.changes(TABLE, f"id = '{broken}'", version=version):
        with caplog.at_level(logging.ERROR, "orders_command"):
            shop.run()
            told = [line for line in caplog.messages if str(broken) in line]
        by_hand = shop.by_hand()

    assert (status_of(broken), status_of(sound)) == ("PENDING", "CANCELLED")
    assert told[0].startswith(f"Order {broken} cannot be cancelled, and stays pending")
    assert cancellations("error") >= failed + 2
    assert "failed, left pending" in by_hand
    assert by_hand.splitlines()[-1] == "0 cancelled"
    shop.by_hand()
    assert status_of(broken) == "CANCELLED"


def test_an_order_that_kept_changing_is_looked_at_again(shop):
    order_id, other = shop.placed(), shop.placed()
    shop.set_age(shop.age - 3 * LATE)  # what comes late does not bring it back

    with always_overtaken(order_id):
        shop.run()
    left = status_of(order_id), status_of(other)
    shop.run()

    assert left == ("PENDING", "CANCELLED")
    assert status_of(order_id) == "CANCELLED"


@contextmanager
def always_overtaken(order_id):
    """Let each try to save an order be made from a version that it is not at."""

    def watch(execute, sql, parameters, *rest):
        if "update orders_command_order" in sql and parameters["order_id"] == order_id:
            parameters = {**parameters, "before": parameters["before"] + 1}
        return execute(sql, parameters, *rest)

    with connections["default"].execute_wrapper(watch):
        yield
