"""What all pages share: signing in, the first tab, times, and having no server."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.pages.visiting import placed
from tests.people import PASSWORD, a_customer, desk_clerk, somebody


def test_one_signs_in_and_out(visit: Visit, base_url: str) -> None:
    caller = somebody("order desk", password=PASSWORD)
    page = visit()

    page.goto("/orders?status=PENDING")
    page.get_by_label("User name").fill(caller.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base_url}/orders?status=PENDING")
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(f"{base_url}/sign-in")


def test_the_first_tab_leads_past_the_navigation(visit: Visit) -> None:
    page = visit(desk_clerk())

    page.goto("/orders")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main :focus")).to_have_count(1)


def test_times_are_the_reader_s_from_the_second_page_on(visit: Visit) -> None:
    order = placed(a_customer())
    page = visit(desk_clerk(), timezone_id="Asia/Tokyo")

    page.goto("/orders/new")
    page.goto(f"/orders/{order.order_id}")

    expect(page.locator(".timeline time").first).to_have_text(re.compile(" JST$"))


def test_without_a_connection_the_page_says_so_and_nothing_moves(visit: Visit) -> None:
    page = visit(desk_clerk())
    page.goto("/orders/new")
    heading = page.get_by_role("heading", level=1)
    place = heading.bounding_box()

    page.context.set_offline(offline=True)

    expect(page.get_by_role("alert")).to_contain_text("no connection")
    assert heading.bounding_box() == place
    page.context.set_offline(offline=False)
    expect(page.get_by_role("alert")).to_have_count(0)
