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


@pytest.fixture(scope="session")
def of_a(who: People, django_db_blocker: Any) -> Place:
    """An order of customer A's that stays as it is, and a token."""
    with django_db_blocker.unblock():
        order = an_order(who.own)
        token = issue_token(who.customer.user, name="to be revoked").record
        return Place(customer=who.own, order=order.order_id, token=token.pk)


@pytest.fixture
def place(of_a: Place) -> Place:
    """What is asked for: all of it is customer A's, and the read side knows it."""
    catch_up()
    return of_a
