"""The dashboard in Chromium: live, with tool tips, and nothing moves."""

from django.db import connections
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.pages.visiting import placed
from tests.people import a_customer, desk_clerk


def test_a_new_order_moves_in_by_itself(visit: Visit) -> None:
    placed(a_customer())
    page = visit(desk_clerk())
    page.goto("/")
    chart = page.locator(".chart").first
    place = chart.bounding_box()

    order = placed(a_customer())

    newest = page.locator("section", has=page.locator("#newest-h"))
    expect(newest.get_by_role("link", name=order.order_number)).to_be_visible()
    assert chart.bounding_box() == place


def test_what_happens_before_the_page_listens_is_not_missed(visit: Visit) -> None:
    placed(a_customer())
    page = visit(desk_clerk())
    late = []

    def begin_late(stream: Route) -> None:
        late.append(placed(a_customer()))
        connections.close_all()  # Playwright calls from a context of its own
        stream.continue_()

    page.route("**/changes*", begin_late, times=1)
    with page.expect_response("**/changes*"):
        page.goto("/")

    newest = page.locator("section", has=page.locator("#newest-h"))
    expect(newest.get_by_role("link", name=late[0].order_number)).to_be_visible()


def test_each_bar_tells_its_day_and_the_table_has_all(visit: Visit) -> None:
    placed(a_customer())
    page = visit(desk_clerk(), java_script_enabled=False)
    page.goto("/")

    page.get_by_role("link", name="7 days").click()
    assert page.locator(".chart").first.locator(".bar title").count() == 7
    page.get_by_text("The figures as a table").click()

    expect(page.locator("details tbody tr")).to_have_count(7)
    page.get_by_role("link", name="What was sold most").click()
    expect(page.get_by_role("cell").first).to_be_visible()
