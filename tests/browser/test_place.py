"""Placing an order: with scripts and without, twice, and with mistakes."""

import pytest
from playwright.sync_api import Page, Route, expect

from config.access.models import ApiToken
from customers import directory
from orders_command.models import Order
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.pages.visiting import signed_in
from tests.people import a_customer, desk_clerk

NAME = '<img src=x onerror=alert(1)> =HYPERLINK("x")'


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_order_is_placed_confirmed_and_shipped(
    visit: Visit, *, scripts: bool
) -> None:
    customer_id = a_customer("Ada Lovelace")
    page = visit(desk_clerk(), java_script_enabled=scripts)

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

    expect(page.locator("#status .badge").first).to_have_text("Shipped")
    expect(page.locator("#order")).to_contain_text("299.70 USD")
    expect(page.locator(".timeline li")).to_have_count(3)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_double_click_places_one_order(visit: Visit, *, scripts: bool) -> None:
    customer_id = a_customer()
    page = visit(desk_clerk(), java_script_enabled=scripts)

    page.goto(f"/orders/new?customer={customer_id}")
    page.get_by_label("Product").first.fill("tea")
    page.get_by_label("Quantity").first.fill("3")
    page.get_by_label("Price").first.fill("99.90")
    page.get_by_role("button", name="Place order").dblclick()

    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    assert Order.objects.filter(customer_id=customer_id).count() == 1


def test_errors_are_told_first_and_take_the_focus(visit: Visit) -> None:
    page = visit(desk_clerk())

    page.goto("/orders/new")
    page.get_by_label("Quantity").first.fill("many")
    page.get_by_role("button", name="Place order").click()

    expect(page.locator("#summary")).to_be_focused()
    expect(page.get_by_label("Quantity").first).to_have_value("many")
    page.get_by_role("link", name="Line 1: A whole number.").click()
    expect(page.get_by_label("Quantity").first).to_be_focused()


def test_customers_are_found_while_typing(visit: Visit) -> None:
    a_customer("Theodora Quill")
    page = visit(desk_clerk())

    page.goto("/orders/new")
    page.get_by_label("Find by name or e-mail address").press_sequentially("dora qui")
    page.get_by_role("radio", name="Theodora Quill").check()

    expect(page.get_by_role("radio")).to_be_checked()


def begin(page: Page, *, product: str = NAME) -> None:
    """Type two lines with two more between, and a note, and let it be kept."""
    page.get_by_label("Product").first.fill(product)
    page.get_by_label("Quantity").first.fill("3")
    page.get_by_label("Price").first.fill("99.90")
    page.get_by_role("button", name="Add a line").click()
    expect(page.get_by_label("Product")).to_have_count(4)
    page.get_by_label("Product").last.fill("last")
    page.get_by_label("Note").fill(NAME)


def is_as_begun(page: Page) -> None:
    expect(page.locator("form .note")).to_contain_text("Your draft is back.")
    expect(page.get_by_label("Product")).to_have_count(4)
    expect(page.get_by_label("Product").first).to_have_value(NAME)
    expect(page.get_by_label("Product").last).to_have_value("last")
    expect(page.get_by_label("Note")).to_have_value(NAME)
    expect(page.locator("#total")).to_have_text("299.70 USD")


def test_a_draft_survives_a_reload_until_it_is_begun_anew(visit: Visit) -> None:
    a_customer("Theodora Quill")
    page = visit(desk_clerk())
    page.goto("/orders/new")
    begin(page)
    page.get_by_label("Find by name or e-mail address").fill("dora qui")
    page.get_by_role("radio", name="Theodora Quill").first.check()

    page.reload()

    is_as_begun(page)
    expect(page.get_by_role("radio", name="Theodora Quill").first).to_be_checked()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"draft-{width}")
        assert overflow(page) <= 0
    assert violations(page, "draft") == []
    page.get_by_role("button", name="Start anew").click()
    expect(page.get_by_label("Product").first).to_have_value("")
    page.reload()
    expect(page.get_by_label("Product").first).to_have_value("")
    expect(page.locator("form .note")).to_have_count(0)


def test_a_draft_is_of_its_user_and_its_address_alone(visit: Visit, web: str) -> None:
    clerk, other, customer_id = desk_clerk(), desk_clerk(), a_customer()
    page = visit(clerk)
    page.goto("/orders/new")
    begin(page)

    page.goto(f"/orders/new?customer={customer_id}")
    expect(page.get_by_label("Product").first).to_have_value("")
    session = signed_in(other).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": web}])
    page.goto("/orders/new")
    expect(page.get_by_label("Product").first).to_have_value("")
    expect(page.locator("form .note")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("User name")).to_be_visible()
    assert "draft" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_an_order_whose_answer_was_lost_is_placed_once(visit: Visit) -> None:
    customer_id = a_customer()
    page = visit(desk_clerk(), expects=("ERR_FAILED",))
    page.goto(f"/orders/new?customer={customer_id}")
    page.get_by_label("Product").first.fill("tea")
    page.get_by_label("Quantity").first.fill("1")
    page.get_by_label("Price").first.fill("1.00")
    expect(page.locator("#total")).to_have_text("0.00 USD")
    page.get_by_label("Price").first.blur()
    expect(page.locator("#total")).to_have_text("1.00 USD")

    def lose(sent: Route) -> None:
        sent.fetch()  # the server has placed it
        sent.abort()

    page.route("**/orders/new", lose, times=1)
    page.get_by_role("button", name="Place order").click()
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here.")
    page.reload()
    expect(page.get_by_label("Product").first).to_have_value("tea")
    page.get_by_role("button", name="Place order").click()

    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    assert Order.objects.filter(customer_id=customer_id).count() == 1
    page.goto(f"/orders/new?customer={customer_id}")
    expect(page.get_by_label("Product").first).to_have_value("")


def test_a_draft_that_does_not_come_back_is_kept(visit: Visit) -> None:
    page = visit(desk_clerk(), expects=("503",))
    page.goto("/orders/new")
    begin(page)
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    page.route(
        "**/orders/new",
        lambda sent: (
            sent.fulfill(status=503)
            if sent.request.method == "POST"
            else sent.continue_()
        ),
    )

    page.reload()

    again = page.locator("#draft-waits")
    expect(again).to_contain_text("could not be brought back. It is kept.")
    page.get_by_label("Product").first.fill("something else")
    assert page.evaluate("JSON.stringify(sessionStorage)") == kept
    shoot(page, "draft-waits-1280")
    assert violations(page, "draft-waits") == []
    page.unroute_all()
    again.get_by_role("link", name="Try again").click()
    is_as_begun(page)


def is_at_rest(page: Page) -> None:
    """Wait until nothing is asked for or put in any more, as a person's eyes do."""
    moving = ".htmx-request, .htmx-added, .htmx-settling"
    expect(page.locator(moving)).to_have_count(0)


def test_an_order_is_placed_by_the_keyboard_alone(visit: Visit) -> None:
    customer_id = a_customer("Theodora Quill")
    page = visit(desk_clerk())
    page.goto("/orders/new")
    page.get_by_label("Find by name or e-mail address").focus()
    page.keyboard.type(directory.find(customer_id).email or "")
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_label("Product").first.focus()
    for typed in ("tea", "2", "3.50"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        is_at_rest(page)
    page.get_by_role("button", name="Add a line").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Product")).to_have_count(4)
    is_at_rest(page)
    expect(page.get_by_label("Product").last).to_be_focused()
    for typed in ("cup", "1", "1"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        is_at_rest(page)

    page.get_by_label("Reference").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#status .badge").first).to_have_text("Pending")
    expect(page.locator("#order")).to_contain_text("8.00 USD")
    assert Order.objects.filter(customer_id=customer_id).count() == 1


def test_the_total_follows_the_last_of_quick_changes(visit: Visit) -> None:
    page = visit(desk_clerk())
    page.goto("/orders/new")

    def answer_late(sent: Route) -> None:
        """Let the next changes be made before the first one's total is there."""
        page.get_by_label("Quantity").nth(1).fill("1")
        page.get_by_label("Price").nth(1).fill("0.30")
        page.get_by_label("Price").nth(1).blur()
        sent.continue_()

    page.route("**/orders/new", answer_late, times=1)
    page.get_by_label("Quantity").first.fill("3")
    page.get_by_label("Price").first.fill("99.90")
    page.get_by_label("Price").first.blur()

    expect(page.locator("#total")).to_have_text("300.00 USD")


def test_what_is_typed_stays_when_the_server_cannot_answer(visit: Visit) -> None:
    customer_id = a_customer()
    page = visit(desk_clerk(), expects=("503",))
    page.goto(f"/orders/new?customer={customer_id}")
    for label, text in (("Product", NAME), ("Quantity", "1"), ("Price", "1")):
        page.get_by_label(label).first.fill(text)
    page.get_by_label("Price").first.blur()
    expect(page.locator("#total")).to_have_text("1.00 USD")
    page.route("**/orders/new", lambda sent: sent.fulfill(status=503), times=1)

    page.get_by_role("button", name="Place order").click()

    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here.")
    expect(page.get_by_label("Product").first).to_have_value(NAME)
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("rowheader", name=NAME)).to_be_visible()
    assert Order.objects.filter(customer_id=customer_id).count() == 1


def test_a_plain_form_is_sent_once_by_a_double_click(visit: Visit) -> None:
    caller = desk_clerk()
    page = visit(caller)
    page.goto("/account")
    page.get_by_label("Name", exact=True).fill("twice")

    page.get_by_role("button", name="Make a token").dblclick()

    expect(page.locator("#issued")).to_be_visible()
    assert ApiToken.objects.filter(user=caller.user, name="twice").count() == 1
