"""Changing the items of a pending order by plain HTML."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from orders_command.models import Event, OrderItem
from tests.orders import amended, an_order, confirmed, lines
from tests.pages.visiting import HTMX, fields, placed, signed_in, text
from tests.people import a_customer, analyst, desk_clerk, linked_to
from tests.projected import catch_up

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def client() -> Client:
    return signed_in(desk_clerk())


def place(order_id: UUID) -> str:
    return f"/orders/{order_id}/items"


def begun(client: Client, order_id: UUID, **typed: Any) -> dict[str, Any]:
    """Return the form as just rendered, with some of its columns typed anew."""
    page = client.get(place(order_id))
    return {**fields(page.content, form=place(order_id)), "do": "save", **typed}


def kept(order_id: UUID) -> list[tuple[str, int, str]]:
    found = OrderItem.objects.filter(order_id=order_id).order_by("line")
    return [(item.product_id, item.quantity, str(item.price)) for item in found]


def versions(order_id: UUID) -> int:
    return Event.objects.filter(order_id=order_id).count()


def test_a_pending_order_offers_it_and_the_form_has_what_is_in_the_order(
    client: Client,
) -> None:
    order = placed(a_customer())

    page = client.get(f"/orders/{order.order_id}")
    form = begun(client, order.order_id)

    assert f'href="{place(order.order_id)}">Change items</a>' in page.content.decode()
    assert (form["productId"], form["quantity"]) == (["tea"], ["2"])
    assert (form["price"], form["version"]) == (["99.90"], ["1"])


def test_it_is_saved_and_the_timeline_says_what_changed(client: Client) -> None:
    items = lines(("tea", 2, "3.50"), ("milk", 1, "0.90"), ("cup", 1, "12.00"))
    order = an_order(a_customer(), items=items)
    catch_up(order.position)
    typed = {
        "productId": ["tea", "sugar", "cup"],
        "quantity": ["3", "1", "1"],
        "price": ["3.50", "2.00", "11.00"],
    }

    answered = client.post(
        place(order.order_id), begun(client, order.order_id, **typed)
    )
    words = text(client.get(answered["Location"]))

    assert answered.status_code == 303
    assert kept(order.order_id)[1] == ("sugar", 1, "2.00")
    assert "The items are saved." in words
    assert "Amended by you" in words
    assert (
        "2 → 3 × tea, − 1 × milk, 1 × cup at 12.00 → 11.00, + 1 × sugar; "
        "total 19.90 → 23.50 USD"
    ) in words
    assert "3 instead of 2 × tea, 1 × milk taken out" in words


def test_lines_are_added_removed_and_counted_by_the_server(client: Client) -> None:
    order = placed(a_customer())
    form = begun(client, order.order_id)

    more = client.post(place(order.order_id), {**form, "do": "add-line"})
    two = fields(more.content, form=place(order.order_id))
    counted = client.post(
        place(order.order_id),
        {
            **two,
            "do": "total",
            "productId": ["tea", "milk"],
            "quantity": ["1", "2"],
            "price": ["99.90", "0.05"],
        },
        headers=HTMX,
    )
    fewer = client.post(place(order.order_id), {**two, "remove-line": "0"})

    assert two["productId"] == ["tea", ""]
    assert "100.00 USD" in text(counted)
    assert fields(fewer.content, form=place(order.order_id))["productId"] == [""]
    assert versions(order.order_id) == 1


def test_a_double_click_amends_once(client: Client) -> None:
    order = placed(a_customer())
    form = begun(client, order.order_id, quantity=["5"])

    first, second = (client.post(place(order.order_id), form) for _ in "12")

    assert first["Location"] == second["Location"]
    assert (first.status_code, second.status_code) == (303, 303)
    assert versions(order.order_id) == 2


def test_saving_what_is_there_already_changes_nothing(client: Client) -> None:
    order = placed(a_customer())

    answered = client.post(place(order.order_id), begun(client, order.order_id))

    assert answered.status_code == 303
    assert versions(order.order_id) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("quantity", "0", "A quantity is 1 to 1000000."),
        ("quantity", "many", "A whole number."),
        ("price", "1.005", "USD has 2 decimals."),
        ("productId", "", "Which product?"),
    ],
)
def test_what_will_not_do_is_said_and_what_was_typed_is_kept(
    client: Client, field: str, value: str, said: str
) -> None:
    order = placed(a_customer())
    form = begun(client, order.order_id, **{field: [value]})

    refused = client.post(place(order.order_id), form)

    assert refused.status_code == 422
    assert said in text(refused)
    assert fields(refused.content, form=place(order.order_id))[field] == [value]
    assert versions(order.order_id) == 1


def test_an_order_without_any_line_is_refused(client: Client) -> None:
    order = placed(a_customer())
    nothing = {"productId": [""], "quantity": [""], "price": [""]}

    form = begun(client, order.order_id, **nothing)
    refused = client.post(place(order.order_id), form)

    assert "An order needs at least one line." in text(refused)


def test_a_lost_race_tells_who_changed_what_and_can_be_saved_all_the_same(
    client: Client,
) -> None:
    order, other = placed(a_customer()), desk_clerk()
    form = begun(client, order.order_id, quantity=["7"])
    theirs = begun(signed_in(other), order.order_id, quantity=["4"])
    signed_in(other).post(place(order.order_id), theirs)

    lost = client.post(place(order.order_id), form)
    again = fields(lost.content, form=place(order.order_id))

    words = text(lost)
    assert lost.status_code == 422
    assert "you began with version 1, it is at version 2 now" in words
    assert f"Amended by {other.user.get_username()}" in words
    assert "2 → 4 × tea; total 199.80 → 399.60 USD" in words
    assert (again["quantity"], again["version"]) == (["7"], ["2"])
    assert kept(order.order_id) == [("tea", 4, "99.90")]
    assert client.post(place(order.order_id), again).status_code == 303
    assert kept(order.order_id) == [("tea", 7, "99.90")]


def test_what_happens_while_a_lost_race_is_told_is_told_the_next_time(
    client: Client,
) -> None:
    order = placed(a_customer())
    form = begun(client, order.order_id, quantity=["7"])
    amended(order.order_id, ("tea", 4, "99.90"))

    with while_it_is_told(lambda: amended(order.order_id, ("milk", 1, "0.90"))):
        first = client.post(place(order.order_id), form)
    again = fields(first.content, form=place(order.order_id))
    second = client.post(place(order.order_id), again)

    assert "you began with version 1, it is at version 2 now" in text(first)
    assert "you began with version 2, it is at version 3 now" in text(second)
    assert "+ 1 × milk" in text(second)
    assert kept(order.order_id) == [("milk", 1, "0.90")]


@contextmanager
def while_it_is_told(happen: Callable[[], Any]) -> Iterator[None]:
    """Let something happen once the refusal's events are asked for."""
    once = iter([happen])

    def meanwhile() -> None:
        try:
            next(once, lambda: None)()
        finally:
            connections.close_all()

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if "from orders_command_event" in sql:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(meanwhile).result(10)
        return execute(sql, *rest)

    with connections["default"].execute_wrapper(watch):
        yield


def test_a_product_id_keeps_the_spaces_that_it_has(client: Client) -> None:
    order = an_order(a_customer(), items=lines(("tea ", 2, "3.50")))
    catch_up(order.position)
    form = begun(client, order.order_id, quantity=["5"])

    saved = client.post(place(order.order_id), form)
    typed = begun(client, order.order_id, productId=[" cup "])
    client.post(place(order.order_id), typed)

    last = Event.objects.filter(order_id=order.order_id, version=2).get()
    assert saved.status_code == 303
    assert [item["product_id"] for item in last.data["items"]] == ["tea "]
    assert kept(order.order_id) == [("cup", 5, "3.50")]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_an_order_that_is_confirmed_meanwhile_is_shown_with_what_happened(
    client: Client, headers: dict[str, str]
) -> None:
    order = placed(a_customer())
    form = begun(client, order.order_id, quantity=["7"])
    catch_up(confirmed(order.order_id).position)

    answered = client.post(place(order.order_id), form, headers=headers)
    page = client.get(answered.headers.get("Location") or answered["HX-Redirect"])

    words = text(page)
    assert "You acted on version 1; the order is at version 2 now" in words
    assert "What you wanted is no step of it any more" in words
    assert versions(order.order_id) == 2


def test_an_order_that_is_not_pending_has_no_such_form(client: Client) -> None:
    order = placed(a_customer())
    catch_up(confirmed(order.order_id).position)

    page = client.get(place(order.order_id), follow=True)

    assert page.redirect_chain == [(f"/orders/{order.order_id}", 303)]
    assert "only while it is pending" in text(page)
    assert "Change items" not in text(page)


def test_only_the_desk_is_offered_it() -> None:
    customer_id = a_customer()
    order = placed(customer_id)

    for caller in (linked_to(customer_id), analyst()):
        theirs = signed_in(caller)
        assert "Change items" not in text(theirs.get(f"/orders/{order.order_id}"))
        assert theirs.get(place(order.order_id)).status_code == 403
        assert theirs.post(place(order.order_id), {}).status_code == 403


def test_a_past_version_shows_the_items_of_then(client: Client) -> None:
    order = placed(a_customer())
    catch_up(amended(order.order_id, ("sugar", 1, "2.00")).position)

    past = text(client.get(f"/orders/{order.order_id}?version=1"))
    now = text(client.get(f"/orders/{order.order_id}"))

    assert "tea 2 99.90 199.80" in past
    assert "sugar 1 2.00 2.00" in now


def test_many_changes_are_told_in_part(client: Client) -> None:
    order = placed(a_customer())
    many = tuple((f"p{number}", 1, "1.00") for number in range(30))
    catch_up(amended(order.order_id, *many).position)

    words = text(client.get(f"/orders/{order.order_id}"))

    assert "+ 1 × p10 and 19 more; total 199.80 → 30.00 USD" in words
