"""The list of orders, sorted and between amounts: the address says it all."""

import re
from decimal import Decimal
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from orders_command.events import Item
from tests.browser.conftest import Visit
from tests.browser.looking import shoot, violations
from tests.orders import an_order
from tests.people import a_customer, analyst, desk_clerk
from tests.projected import catch_up

EVERY_FIELD = ".filters :is(input, select, button, summary)"


def numbers(page: Page) -> list[str]:
    return page.locator("#results tbody th a").all_inner_texts()


def priced(customer_id: UUID, prices: range) -> list[str]:
    """Place an order at each price, and return their numbers."""
    placed = [
        an_order(
            customer_id,
            items=(Item(product_id="tea", quantity=1, price=Decimal(price)),),
        )
        for price in prices
    ]
    catch_up()
    return [order.order_number for order in placed]


def test_headings_sort_pages_turn_and_the_back_button_goes_back(visit: Visit) -> None:
    customer_id = a_customer()
    # The dearest is the oldest: no order is another one turned round by chance.
    by_total = priced(customer_id, range(60, 29, -1))
    page = visit(desk_clerk())
    page.goto(f"/orders?customer={customer_id}")

    sort_and_turn(page, by_total)
    go_back(page, by_total)

    expect(page.get_by_role("columnheader", name="Placed")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page.get_by_label("Sort")).to_have_value("-createdAt")


def sort_and_turn(page: Page, by_total: list[str]) -> None:
    heading = page.get_by_role("columnheader", name="Total")
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("ordering=-total"))
    expect(heading.get_by_role("link")).to_be_focused()
    expect(page.get_by_label("Sort")).to_have_value("-total")
    assert numbers(page) == by_total[:25]
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name=by_total[30])).to_be_visible()
    assert numbers(page) == by_total[25:]
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=by_total[25])).to_be_focused()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_role("link", name=by_total[0])).to_be_visible()
    assert numbers(page) == by_total[:25]
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert numbers(page) == by_total[:5:-1]


def go_back(page: Page, by_total: list[str]) -> None:
    """Go all the way back from the fourth place that was gone to."""
    heading = page.get_by_role("columnheader", name="Total")
    page.go_back()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("link", name=by_total[0])).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=by_total[30])).to_be_visible()
    assert numbers(page) == by_total[25:]
    page.go_back()
    expect(page.get_by_role("link", name=by_total[0])).to_be_visible()
    expect(page.get_by_label("Sort")).to_have_value("-total")
    page.go_back()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_form_sorts_and_keeps_to_amounts(visit: Visit, *, scripts: bool) -> None:
    customer_id = a_customer()
    by_total = priced(customer_id, range(10, 15))
    page = visit(analyst(), java_script_enabled=scripts)
    page.goto(f"/orders?customer={customer_id}")

    page.get_by_label("Total from").fill("11")
    page.get_by_label("Total to").fill("13.00")
    page.get_by_label("Sort").select_option("Smallest total")
    page.get_by_role("button", name="Search").click()

    expect(page.locator("#results tbody tr")).to_have_count(3)
    expect(page.locator("caption")).to_have_text("Orders, smallest total first")
    assert numbers(page) == by_total[1:4]
    expect(page).to_have_url(re.compile("minTotal=11&maxTotal=13.00"))
    page.reload()
    assert numbers(page) == by_total[1:4]
    expect(page.get_by_label("Total from")).to_have_value("11")


def test_an_error_appears_beside_its_field_and_moves_nothing(visit: Visit) -> None:
    customer_id = a_customer()
    priced(customer_id, range(10, 12))
    page = visit(analyst())
    page.goto(f"/orders?customer={customer_id}")
    field, beside = page.get_by_label("Total from"), page.locator("#e-minTotal")
    places = [f.bounding_box() for f in page.locator(EVERY_FIELD).all()]

    field.fill("11,50")
    page.keyboard.press("Tab")
    page.keyboard.type("20")

    expect(beside).to_have_text("Write 12 or 99.90.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Total to")).to_be_focused()
    expect(page.get_by_label("Total to")).to_have_value("20")
    assert [f.bounding_box() for f in page.locator(EVERY_FIELD).all()] == places
    shoot(page, "amount-refused")
    assert violations(page, "amount-refused") == []
    page.get_by_role("alert").get_by_role("link", name="Total from: Write 12").click()
    expect(field).to_be_focused()
    field.fill("11")
    page.keyboard.press("Enter")

    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(beside).to_have_text("")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("status").first).to_have_text("1 order, newest first")
