"""Customers by plain HTML."""

from uuid import UUID

import pytest

from customers import directory
from tests.pages.visiting import HTMX, fields, placed, signed_in, text
from tests.people import a_customer, an_email, analyst, desk_clerk

pytestmark = pytest.mark.usefixtures("worker")


def test_a_customer_is_registered_once_by_a_double_click() -> None:
    client, email = signed_in(desk_clerk()), an_email()
    form = fields(client.get("/customers").content, form="/customers")
    form |= {"name": ["Grace Hopper"], "email": [email]}

    first, second = (client.post("/customers", form) for _ in "12")

    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    assert "Grace Hopper" in text(client.get(first["Location"]))


def test_a_refused_registration_keeps_what_was_typed() -> None:
    client = signed_in(desk_clerk())

    refused = client.post("/customers", {"name": "Grace", "email": "nonsense"})

    assert refused.status_code == 422
    assert "This is not an e-mail address." in text(refused)
    assert 'value="nonsense"' in refused.content.decode()


def test_a_taken_address_is_said_beside_its_field() -> None:
    client = signed_in(desk_clerk())
    taken = directory.find(a_customer()).email

    refused = client.post("/customers", {"name": "Eve", "email": taken})

    assert "Another customer has this e-mail address." in text(refused)


def test_customers_are_found_by_a_part_of_the_name() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer("Quentin Xylander")

    found = client.get(
        "/customers", {"q": "tin xyl"}, headers={**HTMX, "HX-Target": "results"}
    )

    assert str(customer_id) in found.content.decode()
    assert b"<html" not in found.content


def test_a_new_name_is_on_the_customers_order_at_once() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer("Ada Byron")
    order = placed(customer_id)
    email = directory.find(customer_id).email

    client.post(f"/customers/{customer_id}", {"name": "Ada Lovelace", "email": email})

    assert "Ada Lovelace" in text(client.get(f"/orders/{order.order_id}"))


def test_a_customer_is_erased_after_a_question() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer("Ada Lovelace")
    order = placed(customer_id, note="for Ada")

    question = client.get(f"/customers/{customer_id}/erase")
    client.post(f"/customers/{customer_id}/erase")

    assert "This cannot be undone." in text(question)
    page = text(client.get(f"/orders/{order.order_id}"))
    assert "Ada" not in page
    assert "This customer has been erased." in page


def test_an_analyst_may_not_see_customers() -> None:
    client, customer_id = signed_in(analyst()), a_customer()

    assert client.get("/customers").status_code == 403
    assert client.get(f"/customers/{customer_id}").status_code == 404
    assert client.post(f"/customers/{customer_id}/erase").status_code == 403


def test_an_unknown_customer_is_404() -> None:
    client = signed_in(desk_clerk())

    assert client.get(f"/customers/{UUID(int=1)}").status_code == 404
