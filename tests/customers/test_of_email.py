"""A whole e-mail address finds its customer, however many others contain it."""

from uuid import uuid4

import pytest

from customers import directory
from tests.people import desk_clerk


@pytest.fixture
def crowd():
    """Make a customer, and 51 newer ones whose addresses contain that address."""
    email = f"n@{uuid4().hex}.io"
    one = directory.register(name="One", email=email, actor="system:tests")
    for number in range(51):
        directory.register(name="X", email=f"{number}.{email}", actor="system:tests")
    return email, one.customer.customer_id


def test_the_order_list_is_filtered_by_that_customer(crowd):
    email, customer_id = crowd
    clerk = desk_clerk()
    clerk.client.force_login(
        clerk.user, backend="django.contrib.auth.backends.ModelBackend"
    )

    page = clerk.client.get("/orders", {"customer": email.upper()})

    assert page.status_code == 200, page.content[:300]
    assert page.context["errors"] == {}
    assert directory.of_email(email).customer_id == customer_id


def test_an_unknown_address_is_nobodys():
    assert directory.of_email(f"{uuid4().hex}@example.org") is None
