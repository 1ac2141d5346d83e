"""A pending order's page says when it is cancelled by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.orders import an_order, confirmed
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import catch_up

HOUR = 3_600.0
SAID = "Cancelled by itself"


@pytest.fixture
def an_hour(settings: Any) -> None:
    settings.CANCEL_PENDING_AFTER_SECONDS = HOUR


def page_of(order: Any, *, reader: Any = None) -> str:
    catch_up()
    client = signed_in(reader or desk_clerk())
    return text(client.get(f"/orders/{order.order_id}"))


@pytest.mark.usefixtures("an_hour")
def test_the_desk_and_the_customer_are_told() -> None:
    customer_id, placed_at = a_customer(), datetime.now(UTC) - timedelta(minutes=10)
    order = an_order(customer_id, at=placed_at)

    due = f"{SAID} {placed_at + timedelta(hours=1):%-d %b %Y, %H:%M} UTC unless"
    for reader in (desk_clerk(), linked_to(customer_id)):
        found = page_of(order, reader=reader)
        assert due in found, found


@pytest.mark.usefixtures("an_hour")
def test_of_an_order_that_is_confirmed_or_was_left_alone_nothing_is_said() -> None:
    moved, old = (
        an_order(a_customer(), at=datetime.now(UTC) - timedelta(hours=hours))
        for hours in (0.1, 2)
    )
    confirmed(moved.order_id)

    assert SAID not in page_of(moved) + page_of(old)


def test_while_it_is_off_nothing_is_said() -> None:
    assert SAID not in page_of(an_order(a_customer()))
