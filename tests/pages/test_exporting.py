"""Orders as CSV: all of the filter, fresh as the page, harmless to a spreadsheet."""

import csv
import io
from decimal import Decimal
from uuid import uuid4

import pytest

from orders_command.events import Item
from orders_query import projector
from orders_query.pages import exporting
from tests.orders import an_order, cancelled, confirmed
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import catch_up
from tests.reading.test_bounds import away

WICKED = '<img src=x onerror=alert(1)> =HYPERLINK("x")'


@pytest.fixture
def clerk():
    caller = desk_clerk()
    caller.client.force_login(caller.user)
    return caller.client


def rows(answer):
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_all_orders_of_the_filter_over_many_pages(clerk, monkeypatch):
    monkeypatch.setattr(exporting, "PER_READ", 2)
    customer_id = a_customer("Ada Lovelace")
    orders = [an_order(customer_id) for _ in range(5)]
    cancelled(orders[0].order_id)
    catch_up()

    answer = clerk.get(f"/orders.csv?customer={customer_id}&status=PENDING")
    told = rows(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["Number"] for row in told] == [
        order.order_number for order in reversed(orders[1:])
    ]
    assert {row["Total"] for row in told} == {"7.00"}
    assert {row["Customer"] for row in told} == {"Ada Lovelace"}


@pytest.mark.parametrize("ordering", ["total", "-total", "createdAt", "-createdAt"])
def test_the_file_has_the_order_and_the_amounts_of_the_list(
    clerk, monkeypatch, ordering
):
    monkeypatch.setattr(exporting, "PER_READ", 2)
    customer_id = a_customer()
    for quantity in (3, 1, 5, 4, 2):
        item = Item(product_id="tea", quantity=quantity, price=Decimal(10))
        an_order(customer_id, items=(item,))
    catch_up()
    query = f"customer={customer_id}&minTotal=20&maxTotal=40.00&ordering={ordering}"

    told = [row["Number"] for row in rows(clerk.get(f"/orders.csv?{query}"))]

    listed = clerk.get(f"/orders?{query}").context
    assert told == [order["orderNumber"] for order in listed["orders"]]
    assert len(told) == 3
    assert f"/orders.csv?{query}" == listed["csv"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_an_order_that_changes_while_the_file_is_written_is_in_it_once(
    clerk, monkeypatch, sign
):
    monkeypatch.setattr(exporting, "PER_READ", 1)
    customer_id = a_customer()
    orders = [an_order(customer_id) for _ in range(4)]
    catch_up()

    answer = clerk.get(
        f"/orders.csv?customer={customer_id}&ordering={sign}lastUpdatedAt"
    )
    lines = iter(answer.streaming_content)
    begun = [next(lines), next(lines)]
    for order in orders:
        confirmed(order.order_id)
    catch_up()
    text = b"".join([*begun, *lines]).decode()

    told = [row["Number"] for row in csv.DictReader(io.StringIO(text))]
    assert sorted(told) == sorted(order.order_number for order in orders)


def test_wicked_words_stay_words(clerk):
    customer_id = a_customer(WICKED)
    formula = f'=HYPERLINK("{uuid4()}")'
    an_order(customer_id, reference=formula)
    an_order(customer_id, reference=f"<img src=x> {uuid4()}")
    catch_up()

    marked, formula_told = rows(clerk.get(f"/orders.csv?customer={customer_id}"))

    assert formula_told["Reference"] == f"'{formula}"
    assert marked["Reference"].startswith("<img src=x> ")
    assert {marked["Customer"], formula_told["Customer"]} == {WICKED}


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "=cmd|' /C calc'!A0"]
)
def test_a_name_that_looks_like_a_formula_is_a_text(clerk, name):
    customer_id = a_customer(name)
    an_order(customer_id)
    catch_up()

    [row] = rows(clerk.get(f"/orders.csv?customer={customer_id}"))

    assert row["Customer"] == f"'{name}"


def test_who_has_just_written_finds_it_in_the_file(clerk, replica, settings):
    settings.CONSISTENCY_WAIT_SECONDS = 0.1
    customer_id = a_customer()
    order = an_order(customer_id)
    catch_up()
    replica.pause()
    page = clerk.get(f"/orders/{order.order_id}").content.decode()
    version = page.split('name="version" value="')[1].split('"')[0]
    acted = clerk.post(f"/orders/{order.order_id}/confirm", {"version": version})
    assert acted.status_code == 303
    while projector.step("orders").applied:
        pass

    [row] = rows(clerk.get(f"/orders.csv?customer={customer_id}"))

    assert row["Status"] == "CONFIRMED"


def test_a_file_that_is_cut_short_says_so(clerk, monkeypatch):
    monkeypatch.setattr(exporting, "PER_READ", 1)
    customer_id = a_customer()
    for _ in range(3):
        an_order(customer_id)
    catch_up()
    answer = clerk.get(f"/orders.csv?customer={customer_id}")
    with away("query", "replica_1"):
        lines = b"".join(answer.streaming_content).decode().splitlines()

    assert len(lines) == 3  # the names, what was read before, and the end
    assert lines[-1].startswith("INCOMPLETE")


def test_customers_get_their_own_orders_alone():
    mine = a_customer()
    order = an_order(mine)
    confirmed(an_order(a_customer()).order_id)
    catch_up()
    caller = linked_to(mine)
    caller.client.force_login(caller.user)

    told = rows(caller.client.get("/orders.csv"))

    assert [row["Number"] for row in told] == [order.order_number]


@pytest.mark.parametrize("query", ["from=yesterday", "ordering=size", "minTotal=much"])
def test_a_filter_that_cannot_be_understood_leads_back_to_the_list(clerk, query):
    answer = clerk.get(f"/orders.csv?{query}")

    assert (answer.status_code, answer["Location"]) == (302, f"/orders?{query}")
