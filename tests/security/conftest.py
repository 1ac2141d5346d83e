"""Two customers with an order each, and everybody who calls."""

from typing import Any

import pytest

from config.access.models import issue_token
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up
from tests.security.asking import Place
from tests.security.callers import People, people


@pytest.fixture(scope="session")
def who(services: object, django_db_blocker: Any) -> People:
    with django_db_blocker.unblock():
        return people(a_customer(), a_customer("Grace Hopper"))


@pytest.fixture
def place(who: People) -> Place:
    """What is asked for: all of it is customer A's."""
    order = an_order(who.own)
    catch_up(order.position)
    token = issue_token(who.customer.user, name="to be revoked").record
    return Place(customer=who.own, order=order.order_id, token=token.pk)
