"""Lists, parts and forms that are loading, that fail, and that have no connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.pages.visiting import placed
from tests.people import a_customer, an_email, desk_clerk

# What Chromium says of it on the console.
FAILED = ("500", "ERR_INTERNET_DISCONNECTED")


@contextmanager
def held(page: Page, address: str) -> Iterator[None]:
    """Hold what is asked for at an address until the end."""
    page.route(re.compile(address), lambda _: None)
    yield
    page.unroute(re.compile(address))  # which lets go of what was held


@contextmanager
def failing(page: Page, address: str) -> Iterator[None]:
    """Answer as a server with an error does."""
    page.route(re.compile(address), lambda route: route.fulfill(status=500))
    yield
    page.unroute(re.compile(address))


@pytest.mark.parametrize("path", ["/orders", "/customers"])
def test_a_list_shows_that_it_loads(visit: Visit, path: str) -> None:
    name = f"Ottoline {an_email()[:8]}"
    placed(a_customer(name))
    page = visit(desk_clerk())
    page.goto(path)
    results = page.locator("#results")

    with held(page, r"\?q="):
        page.get_by_label("Search").fill(name)
        expect(results).to_have_attribute("aria-busy", "true")
        expect(page.locator("html.loads")).to_have_count(1)

    expect(results.locator("tbody tr")).to_have_count(1)
    expect(results).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("html.loads")).to_have_count(0)


@pytest.mark.parametrize("path", ["/orders", "/customers"])
def test_a_list_that_fails_says_so_in_its_place_and_is_asked_again(
    visit: Visit, path: str
) -> None:
    name = f"Ottoline {an_email()[:8]}"
    placed(a_customer(name))
    page = visit(desk_clerk(), expects=FAILED)
    page.goto(path)
    results = page.locator("#results")

    with failing(page, r"\?q="):
        page.get_by_label("Search").fill(name)
        expect(results.get_by_role("alert")).to_contain_text(
            f"The {path[1:]} could not be loaded. The server cannot answer right now."
        )
    expect(results.locator("tbody")).to_have_count(0)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        shoot(page, f"failed-{path[1:]}-{width}")
        assert overflow(page) <= 0
    assert violations(page, f"failed-{path[1:]}") == []
    results.get_by_role("link", name="Try again").click()

    expect(results.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=Ottoline"))


@pytest.mark.parametrize("path", ["/orders", "/customers"])
def test_a_list_without_a_connection_comes_when_that_is_back(
    visit: Visit, path: str
) -> None:
    name = f"Ottoline {an_email()[:8]}"
    placed(a_customer(name))
    page = visit(desk_clerk(), expects=FAILED)
    page.goto(path)
    results = page.locator("#results")

    page.context.set_offline(offline=True)
    page.get_by_label("Search").fill(name)
    expect(results.get_by_role("alert")).to_contain_text("There is no connection.")
    page.context.set_offline(offline=False)

    expect(results.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_customer_s_orders_load_fail_and_are_asked_again(visit: Visit) -> None:
    customer_id = a_customer()
    order = placed(customer_id, price="7", quantity=1)
    page = visit(desk_clerk(), expects=FAILED)
    part = page.locator("#customer-orders")

    with held(page, r"/orders\?customer="):
        page.goto(f"/customers/{customer_id}")
        expect(part.get_by_text("Loading…")).to_be_visible()
        expect(part).to_have_attribute("aria-busy", "true")
    expect(part.get_by_role("link", name=order.order_number)).to_be_visible()
    with failing(page, r"/orders\?customer="):
        page.reload()
        expect(part.get_by_role("alert")).to_contain_text(
            "The orders could not be loaded."
        )
        shoot(page, "failed-part")
        assert violations(page, "failed-part") == []
    part.get_by_role("link", name="Try again").click()

    expect(part).to_contain_text("7.00 USD")
    expect(part.get_by_role("link", name=order.order_number)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/customers/{customer_id}$"))


def test_without_scripts_a_customer_s_page_leads_to_totals_and_orders(
    visit: Visit,
) -> None:
    customer_id = a_customer()
    order = placed(customer_id, price="7", quantity=1)
    page = visit(desk_clerk(), java_script_enabled=False)
    page.goto(f"/customers/{customer_id}")

    expect(page.get_by_text("Loading…")).to_be_hidden()
    page.get_by_role("link", name="All orders of this customer").click()

    expect(page.get_by_role("region", name="Totals")).to_contain_text("7.00 USD")
    expect(page.get_by_role("link", name=order.order_number)).to_be_visible()


def test_a_form_is_not_lost_without_a_connection(visit: Visit) -> None:
    page, email = visit(desk_clerk()), an_email()
    page.goto("/customers")
    page.get_by_label("Name").fill("Grace Hopper")
    page.get_by_label("E-mail address").fill(email)

    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent")
    expect(page.get_by_label("E-mail address")).to_have_value(email)
    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Hopper")


def test_the_list_does_not_ask_by_itself_while_somebody_waits(visit: Visit) -> None:
    order = placed(a_customer())
    page = visit(desk_clerk())
    page.clock.install()
    page.goto("/orders")
    by_itself: list[str] = []
    page.on(
        "request",
        lambda sent: (
            by_itself.append(sent.url)
            if sent.headers.get("hx-trigger") == "results"
            else None
        ),
    )

    with page.expect_response(lambda answer: answer.url in by_itself):
        page.clock.fast_forward(11_000)
    known = len(by_itself)
    with held(page, r"\?q="):
        page.get_by_label("Search").fill(order.order_number)
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
        page.clock.fast_forward(30_000)
        assert len(by_itself) == known

    expect(page.locator("#results tbody tr")).to_have_count(1)
