"""Placing an order by plain HTML."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from customers import directory
from orders_command.models import Order
from tests.pages.visiting import HTMX, fields, signed_in, text
from tests.people import a_customer, desk_clerk

pytestmark = pytest.mark.usefixtures("worker")


def filled(client: Client, customer_id: UUID, **more: Any) -> dict[str, Any]:
    """Return a form as just rendered, with one line filled in."""
    page = client.get("/orders/new", {"customer": str(customer_id)})
    return {
        **fields(page.content, form="/orders/new"),
        "productId": ["tea", "", ""],
        "quantity": ["2", "", ""],
        "price": ["99.90", "", ""],
        "currency": "USD",
        "do": "place",
        **more,
    }


def orders_of(customer_id: UUID) -> int:
    return Order.objects.filter(customer_id=customer_id).count()


def test_an_order_is_placed_and_seen_at_once() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer("Ada Lovelace")

    page = client.post("/orders/new", filled(client, customer_id), follow=True)

    assert page.redirect_chain[0][1] == 303
    words = text(page)
    assert "is placed." in words
    assert "199.80 USD" in words
    assert "Ada Lovelace" in words


def test_a_double_click_is_one_order() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    form = filled(client, customer_id)

    first, second = (client.post("/orders/new", form) for _ in "12")

    assert first["Location"] == second["Location"]
    assert orders_of(customer_id) == 1


def test_a_form_sent_before_and_changed_since_asks_again() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    form = filled(client, customer_id)
    client.post("/orders/new", form)

    changed = client.post("/orders/new", {**form, "quantity": ["3", "", ""]})

    assert changed.status_code == 422
    assert "Send it again" in text(changed)
    fresh = fields(changed.content, form="/orders/new")["key"]
    client.post("/orders/new", {**form, "quantity": ["3", "", ""], "key": fresh})
    assert orders_of(customer_id) == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("quantity", "0", "A quantity is 1 to 1000000."),
        ("quantity", "1.5", "A whole number."),
        ("quantity", "٣", "A whole number."),
        ("price", "-1", "An amount like 99.90."),
        ("price", "1e5", "An amount like 99.90."),
        ("price", "1.005", "USD has 2 decimals."),
        ("productId", "x" * 65, "at most 64 characters"),
        ("productId", "", "Which product?"),
    ],
)
def test_a_refused_value_is_kept_and_explained(
    field: str, value: str, said: str
) -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()

    refused = client.post(
        "/orders/new", filled(client, customer_id, **{field: [value, "", ""]})
    )

    assert refused.status_code == 422
    assert said in text(refused)
    assert f'value="{value}"' in refused.content.decode()
    assert orders_of(customer_id) == 0


def test_an_order_needs_a_customer_and_a_line() -> None:
    client = signed_in(desk_clerk())

    refused = client.post("/orders/new", {"do": "place"})

    assert "Search for a customer and choose one." in text(refused)
    assert "An order needs at least one line." in text(refused)


def test_a_taken_reference_is_said_beside_its_field() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    reference = f"web-{customer_id}"
    client.post("/orders/new", filled(client, customer_id, reference=reference))

    refused = client.post(
        "/orders/new", filled(client, customer_id, reference=reference)
    )

    assert refused.status_code == 422
    assert "Another order has this reference. Look for it" in text(refused)
    assert f'href="/orders?q={reference}"' in refused.content.decode()
    assert orders_of(customer_id) == 1


def test_lines_are_added_and_removed_on_the_server() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    form = filled(client, customer_id)

    more = client.post("/orders/new", {**form, "do": "add-line"})
    less = client.post("/orders/new", {**form, "do": "", "remove-line": "1"})

    assert len(fields(more.content, form="/orders/new")["productId"]) == 4
    assert fields(less.content, form="/orders/new")["productId"] == ["tea", ""]
    assert "199.80 USD" in text(more)


def test_a_customer_is_found_by_a_part_of_the_name() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer("Wilhelmina Zetkin")

    page = client.post("/orders/new", {"customer_q": "mina zet", "do": "find"})

    assert str(customer_id) in page.content.decode()


def test_a_whole_e_mail_address_chooses_the_customer() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    email = directory.find(customer_id).email

    page = client.post("/orders/new", {"customer_q": email, "do": "find"})

    assert fields(page.content, form="/orders/new")["customer"] == [str(customer_id)]


def test_htmx_is_sent_to_the_order_placed() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()

    answered = client.post("/orders/new", filled(client, customer_id), headers=HTMX)

    assert answered["HX-Redirect"].startswith("/orders/")
    assert int(answered["Consistency-Token"]) > 0
