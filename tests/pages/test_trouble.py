"""What pages do when a part is away or a form holds what no form has offered."""

from typing import Any

import pytest
from django.conf import settings

from orders_command.models import Order
from tests.doors.test_timeouts import locked, with_limit
from tests.pages.visiting import HTMX, fields, placed, signed_in, text
from tests.people import a_customer, administrator, desk_clerk
from tests.projected import ORDERS, catch_up


def test_who_acts_on_many_is_told_how_far_it_came(services: Any) -> None:
    first, held, last = orders = [placed(a_customer()) for _ in range(3)]
    ticked = [f"{o.order_id}:1:{o.order_number}" for o in orders]
    client = signed_in(desk_clerk())
    hold = f"select from orders_command_order where id = '{held.order_id}' for update"

    with with_limit("default", "lock_timeout", 100), locked(services, hold):
        page = client.post("/orders/bulk", {"do": "confirm", "order": ticked})

    outcomes = [result.outcome for result in page.context["results"]]
    assert page.status_code == 200
    assert outcomes[0] == "CONFIRMED"
    assert "Do it again: it counts once" in outcomes[1]
    assert "Not tried" in outcomes[2]
    assert int(page["Consistency-Token"]) > first.position
    assert {Order.objects.get(pk=o.order_id).version for o in (held, last)} == {1}


def test_what_a_stream_has_told_is_remembered_once_it_is_shown() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    token = str(catch_up())
    asked = {**HTMX, "HX-Target": "order", "Consistency-Token": token}

    page = client.get(f"/orders/{order.order_id}", headers=asked)

    assert page["Consistency-Token"] == token
    assert client.cookies[settings.CONSISTENCY_COOKIE_NAME].value.startswith(
        f"{token}:"
    )


@pytest.mark.parametrize("reason", ["a\0b", "a\x1b[31mb", "x" * 501, " "])
def test_a_reason_that_will_not_do_is_no_reason(reason: str) -> None:
    order = placed(a_customer())
    client = signed_in(administrator())

    page = client.post(
        f"/sync/parked/{ORDERS}/{order.order_id}/skip", {"reason": reason}
    )

    assert page.status_code == 404  # nothing is parked, and nothing was decided


def test_a_form_that_is_sent_twice_makes_one_token() -> None:
    caller = desk_clerk()
    client = signed_in(caller)
    sent = {**fields(client.get("/account").content), "name": "of a double click"}
    sent |= {"scopes": ["read"], "days": "1"}

    once, twice = (client.post("/account", sent) for _ in range(2))

    assert (once.status_code, twice.status_code) == (200, 422)
    assert "has made its token already" in text(twice)
    assert caller.user.api_tokens.filter(name="of a double click").count() == 1


@pytest.mark.parametrize("number", ["9" * 5_000, "-1", "x", "²"])
def test_a_line_that_there_is_not_is_not_removed(number: str) -> None:
    sent = {"remove-line": number, "productId": "tea", "quantity": "1", "price": "2"}

    page = signed_in(desk_clerk()).post("/orders/new", sent)

    assert page.status_code == 200
    assert 'value="tea"' in page.content.decode()
