"""The pages in a real browser: with scripts, without, narrow, and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from orders_command import handlers
from orders_command.domain.commands import ConfirmOrder
from orders_command.models import Order
from tests.pages.visiting import placed, projector_held, signed_in
from tests.people import Caller, a_customer, desk_clerk

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # In a thread of its own loop Playwright makes Django believe it runs async.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox"]
            )
            yield chromium
            chromium.close()


def opened(browser: Browser, web: str, caller: Caller, **how: Any) -> BrowserContext:
    """Return a browser in which the caller has signed in."""
    context = browser.new_context(base_url=web, **how)
    session = signed_in(caller).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": web}])
    context.set_default_timeout(10_000)
    return context


def complaints(page: Page) -> list[str]:
    """Collect errors of the page; that htmx drops a request is none."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("htmx:"):
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_order_is_placed_confirmed_and_shipped(
    browser: Browser, web: str, *, scripts: bool
) -> None:
    customer_id = a_customer("Ada Lovelace")
    context = opened(browser, web, desk_clerk(), java_script_enabled=scripts)
    page = context.new_page()
    said = complaints(page)

    page.goto(f"/orders/new?customer={customer_id}")
    page.get_by_label("Product").first.fill("tea")
    page.get_by_label("Quantity").first.fill("3")
    page.get_by_label("Price").first.fill("99.90")
    page.get_by_role("button", name="Add a line").click()
    expect(page.get_by_label("Product")).to_have_count(4)
    expect(page.locator("#total")).to_have_text("299.70 USD")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Carrier").fill("DHL")
    page.get_by_role("button", name="Ship").click()

    expect(page.locator("#order .head .badge")).to_have_text("Shipped")
    expect(page.locator("#order")).to_contain_text("299.70 USD")
    expect(page.locator(".timeline li")).to_have_count(3)
    assert said == []
    context.close()


def test_a_double_click_places_one_order(browser: Browser, web: str) -> None:
    customer_id = a_customer()
    context = opened(browser, web, desk_clerk(), java_script_enabled=False)
    page = context.new_page()

    page.goto(f"/orders/new?customer={customer_id}")
    page.get_by_label("Product").first.fill("tea")
    page.get_by_label("Quantity").first.fill("3")
    page.get_by_label("Price").first.fill("99.90")
    page.get_by_role("button", name="Place order").dblclick()

    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    assert Order.objects.filter(customer_id=customer_id).count() == 1
    context.close()


def test_errors_are_told_first_and_take_the_focus(browser: Browser, web: str) -> None:
    context = opened(browser, web, desk_clerk())
    page = context.new_page()

    page.goto("/orders/new")
    page.get_by_label("Quantity").first.fill("many")
    page.get_by_role("button", name="Place order").click()

    expect(page.locator("#summary")).to_be_focused()
    expect(page.get_by_label("Quantity").first).to_have_value("many")
    page.get_by_role("link", name="Line 1: A whole number.").click()
    expect(page.get_by_label("Quantity").first).to_be_focused()
    context.close()


def test_customers_are_found_while_typing(browser: Browser, web: str) -> None:
    a_customer("Theodora Quill")
    context = opened(browser, web, desk_clerk())
    page = context.new_page()

    page.goto("/orders/new")
    page.get_by_label("Find by name or e-mail address").press_sequentially("dora qui")
    page.get_by_role("radio", name="Theodora Quill").check()

    expect(page.get_by_role("radio")).to_be_checked()
    context.close()


def test_the_list_follows_what_is_typed(browser: Browser, web: str) -> None:
    order, other = placed(a_customer()), placed(a_customer())
    context = opened(browser, web, desk_clerk())
    page = context.new_page()

    page.goto("/orders")
    page.get_by_label("Search").press_sequentially(order.order_number)

    expect(page.get_by_role("link", name=order.order_number)).to_be_visible()
    expect(page.get_by_role("link", name=other.order_number)).to_have_count(0)
    assert f"q={order.order_number}" in page.url
    context.close()


def test_an_open_order_says_that_it_has_moved_on(browser: Browser, web: str) -> None:
    order = placed(a_customer())
    context = opened(browser, web, desk_clerk())
    page = context.new_page()

    page.goto(f"/orders/{order.order_id}")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    handlers.handle(ConfirmOrder(order_id=order.order_id), actor="system:rival")
    page.get_by_role("link", name="Show it").click()

    expect(page.get_by_role("button", name="Ship")).to_be_visible()
    context.close()


def test_a_change_shows_at_once_as_syncing_and_settles_by_itself(
    browser: Browser, web: str
) -> None:
    order = placed(a_customer())
    context = opened(browser, web, desk_clerk())
    page = context.new_page()
    page.goto(f"/orders/{order.order_id}")

    with projector_held():
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("#order .head .badge")).to_have_text("Confirmed")
        expect(page.locator("#sync")).to_contain_text("Syncing")

    expect(page.locator("#sync")).to_contain_text("replica_1")
    expect(page.locator("#sync")).not_to_contain_text("Syncing")
    context.close()


def test_a_lost_race_is_explained_in_place(browser: Browser, web: str) -> None:
    order = placed(a_customer())
    context = opened(browser, web, desk_clerk())
    page = context.new_page()

    page.goto(f"/orders/{order.order_id}")
    handlers.handle(ConfirmOrder(order_id=order.order_id), actor="system:rival")
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("alert").first).to_contain_text("has changed meanwhile")
    expect(page.get_by_role("button", name="Ship")).to_be_visible()
    context.close()
