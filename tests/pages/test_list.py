"""The list of orders by plain HTML: sorting, amounts, and a customer's totals."""

from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from orders_command.events import Item
from orders_command.handlers import Receipt
from orders_query.pages import asking, searching
from tests.orders import an_order, cancelled, confirmed
from tests.pages.visiting import HTMX, signed_in, text
from tests.people import a_customer, analyst, desk_clerk, linked_to
from tests.projected import catch_up

WICKED = '<img src=x onerror=alert(1)> =HYPERLINK("x")'
RESULTS = {**HTMX, "HX-Target": "results"}


@pytest.fixture
def client() -> Client:
    return signed_in(analyst())


def priced(customer_id: Any, price: str, **more: Any) -> Receipt:
    item = Item(product_id="tea", quantity=1, price=Decimal(price))
    return an_order(customer_id, items=(item,), **more)


def shown(response: Any) -> list[str]:
    """Return the numbers of the orders on a page of the list."""
    assert response.status_code == 200
    return [order["orderNumber"] for order in response.context["orders"]]


def turned(client: Client, response: Any, way: str) -> tuple[list[list[str]], Any]:
    """Turn the pages one way, and return what each shows, and the last one."""
    pages = [shown(response)]
    while response.context[way]:
        response = client.get(response.context[way])
        pages.append(shown(response))
    return pages, response


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        ("-createdAt", "eadcb"),
        ("createdAt", "bcdae"),
        ("-lastUpdatedAt", "ceadb"),
        ("lastUpdatedAt", "bdaec"),
        ("-total", "daecb"),
        ("total", "bcead"),
    ],
)
def test_pages_turn_both_ways_in_every_order(
    client: Client, monkeypatch: pytest.MonkeyPatch, ordering: str, order: str
) -> None:
    monkeypatch.setattr(searching, "PER_PAGE", 2)
    customer_id = a_customer()
    prices = {"b": "0.50", "c": "9", "d": "1000", "a": "100", "e": "20"}
    made = {name: priced(customer_id, price) for name, price in prices.items()}
    confirmed(made["c"].order_id)
    catch_up()
    first = client.get(f"/orders?customer={customer_id}&ordering={ordering}")

    onward, last = turned(client, first, "next")
    backward, _ = turned(client, last, "previous")

    assert [len(page) for page in onward] == [2, 2, 1]
    assert list(chain(*onward)) == [made[name].order_number for name in order]
    assert backward == onward[::-1]


def test_equal_totals_are_told_apart_by_the_order_s_id(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PER_PAGE", 2)
    customer_id = a_customer()
    made = {priced(customer_id, "5").order_number for _ in range(5)}
    catch_up()
    first = client.get(f"/orders?customer={customer_id}&ordering=-total")

    onward, last = turned(client, first, "next")
    backward, _ = turned(client, last, "previous")

    assert sorted(chain(*onward)) == sorted(made)
    assert backward == onward[::-1]


def test_headings_and_caption_tell_the_order(client: Client) -> None:
    an_order(a_customer())
    catch_up()

    html = client.get("/orders?ordering=-total&status=PENDING").content.decode()

    assert "<caption" in html
    assert "Orders, largest total first" in html
    assert html.count("aria-sort") == html.count('aria-sort="descending"') == 1
    # The heading in use turns the order round, another one begins with the largest.
    assert 'href="/orders?status=PENDING&amp;ordering=total"' in html
    assert 'href="/orders?status=PENDING&amp;ordering=-createdAt"' in html
    assert '<option value="-total" selected>' in html


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("ordering=colour", "ordering", "Orders cannot be sorted so."),
        ("ordering=-", "ordering", "Orders cannot be sorted so."),
        ("status=LOST", "status", "There is no such status."),
        ("minTotal=12,50", "minTotal", "Write 12 or 99.90."),
        ("maxTotal=-1", "maxTotal", "Write 12 or 99.90."),
        ("minTotal=1e3", "minTotal", "Write 12 or 99.90."),
        ("maxTotal=NaN", "maxTotal", "Write 12 or 99.90."),
        ("minTotal=%D9%A3", "minTotal", "Write 12 or 99.90."),
        ("maxTotal=1.23456", "maxTotal", "Write 12 or 99.90."),
        ("minTotal=5%00", "minTotal", "Type 1 to 200 printable characters."),
    ],
)
@pytest.mark.parametrize("how", ["page", "part"])
def test_what_is_not_understood_is_told_beside_its_field(
    client: Client, query: str, name: str, says: str, how: str
) -> None:
    headers = RESULTS if how == "part" else {}

    response = client.get(f"/orders?{query}", headers=headers)

    html = response.content.decode()
    assert response.status_code == 422
    label = asking.LABELS[name]
    assert f'<a href="#f-{name}">{label}: {says}</a>' in html
    beside = html.split(f'id="e-{name}"')[1].split("</span>")[0]
    assert beside.endswith(f">{says}")
    if how == "page":
        field = html.split(f'id="f-{name}"')[1].split(">")[0]
        assert f'aria-describedby="e-{name}"' in field
        assert ("aria-invalid" in field) is (name != "status")


def test_the_form_is_told_only_when_somebody_asks(client: Client) -> None:
    asked = client.get("/orders", headers=RESULTS)
    by_itself = client.get("/orders", headers={**RESULTS, "HX-Trigger": "results"})

    assert b'id="e-minTotal" hx-swap-oob="true"></span>' in asked.content
    assert b"hx-swap-oob" not in by_itself.content


def test_amounts_are_inclusive(client: Client) -> None:
    customer_id = a_customer()
    made = {p: priced(customer_id, p).order_number for p in ("9.99", "10", "20.5")}
    catch_up()
    mine = f"/orders?customer={customer_id}"
    wanted = {
        "&minTotal=10": {"10", "20.5"},
        "&maxTotal=10.00": {"9.99", "10"},
        "&minTotal=+10+&maxTotal=20.50": {"10", "20.5"},
        "&minTotal=20.51": set(),
        "&minTotal=&maxTotal=": {"9.99", "10", "20.5"},
    }

    found = {query: set(shown(client.get(mine + query))) for query in wanted}

    assert found == {q: {made[p] for p in prices} for q, prices in wanted.items()}


def test_a_place_in_another_order_leads_to_the_first_page_of_the_same_filter(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PER_PAGE", 1)
    customer_id = a_customer()
    for _ in "12":
        an_order(customer_id)
    catch_up()
    mine = f"/orders?customer={customer_id}"
    following = client.get(mine).context["next"]

    answer = client.get(f"{following}&ordering=total")

    assert (answer.status_code, answer["Location"]) == (302, f"{mine}&ordering=total")


def test_a_customer_s_totals_stand_above_their_orders(client: Client) -> None:
    customer_id = a_customer("Grace Hopper")
    priced(customer_id, "1234.50")
    confirmed(priced(customer_id, "1000", currency="JPY").order_id)
    cancelled(priced(customer_id, "5").order_id)
    catch_up()

    words = text(client.get(f"/orders?customer={customer_id}&status=SHIPPED"))
    named = text(client.get(f"/orders?customer={customer_id}"))

    assert "Orders 3 Open 2 Lifetime value 1,000 JPY 1,234.50 USD First order" in words
    assert "All orders of Grace Hopper" in named
    assert "Lifetime value" not in text(client.get("/orders"))


def test_the_customer_s_page_shows_totals_and_orders_as_a_part() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()
    order = priced(customer_id, "7")
    catch_up()
    page = client.get(f"/customers/{customer_id}").content.decode()
    address = page.split('id="customer-orders"')[1].split('hx-get="')[1].split('"')[0]

    part = client.get(address, headers={**HTMX, "HX-Target": "customer-orders"})

    assert b"<html" not in part.content
    assert "Lifetime value 7.00 USD" in text(part)
    assert order.order_number in text(part)


def test_a_customer_sees_their_own_totals_alone() -> None:
    mine, other = a_customer(), a_customer()
    priced(mine, "7")
    priced(other, "4321")
    catch_up()
    client = signed_in(linked_to(mine))

    for address in ("/orders", f"/orders?customer={other}"):
        words = text(client.get(address))
        assert "Lifetime value 7.00 USD" in words
        assert "4,321" not in words


def test_a_customer_without_orders_and_one_that_nobody_knows(client: Client) -> None:
    customer_id = a_customer()
    catch_up()

    without = text(client.get(f"/orders?customer={customer_id}"))
    unknown = client.get(f"/orders?customer={uuid4()}")

    assert "Orders 0 Open 0 Lifetime value none yet First order none yet" in without
    assert unknown.status_code == 200
    assert "Lifetime value" not in text(unknown)
    assert "No order matches." in text(unknown)


def test_wicked_words_are_found_and_shown_as_words(client: Client) -> None:
    customer_id = a_customer(WICKED)
    product, reference = f"{WICKED[:28]}{uuid4().hex}", f'=HYPERLINK("{uuid4()}")'
    item = Item(product_id=product, quantity=1, price=Decimal(1))
    order = an_order(customer_id, items=(item,), reference=reference)
    catch_up()

    for q in (product, reference, WICKED):
        page = client.get("/orders", {"q": q, "customer": str(customer_id)})
        assert shown(page) == [order.order_number]
        assert b"<img src=x" not in page.content
        assert WICKED in text(page)
    refused = client.get("/orders", {"customer": WICKED, "minTotal": WICKED})
    assert refused.status_code == 422
    assert b"<img src=x" not in refused.content


def test_the_question_before_erasing_says_what_goes_and_what_stays() -> None:
    client, customer_id = signed_in(desk_clerk()), a_customer()

    words = text(client.get(f"/customers/{customer_id}/erase"))

    goes, stays = words.split("What goes")[1].split("What stays")
    for thing in ("name", "e-mail address", "notes", "reasons", "sign in", "tokens"):
        assert thing in goes
    for thing in ("orders", "totals", "statistics", "log", "cannot be undone"):
        assert thing in stays
