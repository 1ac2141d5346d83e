"""Notes on the order's page, by plain HTML."""

from typing import Any

import pytest
from django.test import Client

from customers import directory
from tests.orders import ACTOR, cancelled
from tests.pages.visiting import fields, placed, signed_in, text
from tests.people import a_customer, administrator, analyst, desk_clerk, linked_to
from tests.projected import catch_up

pytestmark = pytest.mark.usefixtures("worker")
WORDS = "Rang: comes on Friday."


def add(client: Client, order_id: Any, **typed: str) -> Any:
    """Write into the form of the page and send it; return the page after that."""
    path = f"/orders/{order_id}/notes"
    sent = fields(client.get(f"/orders/{order_id}").content, form=path)
    assert sent, "no note is asked for"
    return client.post(path, {**sent, **typed}, follow=True)


def test_a_note_is_in_the_timeline_with_who_wrote_it() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    page = add(client, order.order_id, note=f"  {WORDS}\r\n And pays. ")

    assert f"Noted by you {WORDS} And pays." in text(page)


def test_a_closed_order_takes_notes_too() -> None:
    client, order = signed_in(administrator()), placed(a_customer())
    cancelled(order.order_id)

    assert WORDS in text(add(client, order.order_id, note=WORDS))


def test_sent_twice_it_is_one_note() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    path = f"/orders/{order.order_id}/notes"
    sent = fields(client.get(f"/orders/{order.order_id}").content, form=path)

    for _ in range(2):
        page = client.post(path, {**sent, "note": WORDS}, follow=True)

    assert text(page).count("Noted by you") == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "needs words"),
        ("x" * 2_001, "at most 2,000 characters"),
        ("\x85 a", ""),
        ("a\x7fb", "Control characters"),
    ],
)
def test_a_refused_note_says_why_and_what_was_typed_is_still_there(
    typed: str, told: str
) -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())

    page = add(client, order.order_id, note=typed)

    assert told in text(page)
    if told:
        assert "Noted by you" not in text(page)
        assert f">{typed}</textarea>" in page.content.decode()


def test_the_customer_reads_it_and_only_the_desk_is_asked_for_one() -> None:
    customer_id = a_customer()
    order = placed(customer_id)
    add(signed_in(desk_clerk()), order.order_id, note=WORDS)
    catch_up()

    for reader in (linked_to(customer_id), analyst()):
        page = signed_in(reader).get(f"/orders/{order.order_id}")
        assert WORDS in text(page)
        assert "Add a note" not in text(page)


def test_the_past_shows_the_notes_of_its_day_and_asks_for_none() -> None:
    client, order = signed_in(desk_clerk()), placed(a_customer())
    add(client, order.order_id, note=WORDS)
    catch_up()

    first, second = (
        text(client.get(f"/orders/{order.order_id}?version={version}"))
        for version in (1, 2)
    )

    assert (WORDS in first, WORDS in second) == (False, True)
    assert "Add a note" not in first + second


def test_of_an_erased_customer_no_note_is_asked_for_or_taken() -> None:
    customer_id = a_customer()
    client, order = signed_in(desk_clerk()), placed(customer_id)
    add(client, order.order_id, note=WORDS)
    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    page = client.get(f"/orders/{order.order_id}")
    refused = client.post(
        f"/orders/{order.order_id}/notes", {"note": WORDS}, follow=True
    )

    assert "Add a note" not in text(page)
    assert "Noted by you" in text(page)
    assert WORDS not in text(page) + text(refused)
    assert "This customer has been erased" in text(refused)


def test_the_admin_shows_them() -> None:
    client, order = signed_in(administrator()), placed(a_customer())
    add(client, order.order_id, note=WORDS)
    catch_up()

    kept = client.get(f"/admin/orders_command/order/{order.order_id}/change/")

    assert WORDS in kept.content.decode()
