"""Who brings a token passes by what serves browsers; nobody else does."""

import pytest
from django.test import Client

from tests.orders import an_order
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up

NOTHING = "default-src 'none'; frame-ancestors 'none'"


def test_a_programs_answer_loads_nothing_and_is_framed_by_nobody():
    answer = desk_clerk().get("/api/query/orders")

    assert answer["Content-Security-Policy"] == NOTHING
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_session_is_nobodys_where_a_token_is_brought():
    clerk, browser = desk_clerk(), Client()
    browser.force_login(clerk.user, "django.contrib.auth.backends.ModelBackend")

    known = browser.get("/api/query/orders")
    unknown = browser.get("/api/query/orders", headers={"Authorization": "Bearer x"})

    assert known.status_code == 200
    assert unknown.status_code == 401


def test_a_token_is_no_way_around_the_csrf_token():
    browser = Client(enforce_csrf_checks=True)
    user = desk_clerk().user
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")

    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = browser.post("/api/command/orders", headers=headers)
        assert answer.status_code in {401, 403}


@pytest.mark.parametrize(
    "name",
    ['Ada "Byron" \\ Lovelace', "<img src=x onerror=alert(1)>", "Zoë 漢字 \u2028"],
)
def test_a_list_shows_names_as_they_are(name):
    customer_id = a_customer(name)
    reference = f'"\\{customer_id}'
    order = an_order(customer_id, reference=reference)
    catch_up()

    found = desk_clerk().get(f"/api/query/orders?customerId={customer_id}").json()

    assert [(o["orderId"], o["customerName"], o["reference"]) for o in found] == [
        (str(order.order_id), name, reference)
    ]
