"""What is typed while a form's answer is on its way is not lost by it."""

from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.people import a_customer, desk_clerk

FIELDS = ("Product", "Quantity", "Price")


def fill_line(page: Page, number: int, *typed: str) -> None:
    for label, text in zip(FIELDS, typed, strict=True):
        page.get_by_label(label).nth(number).fill(text)
    page.get_by_label("Price").nth(number).blur()


def values(page: Page, label: str) -> list[str]:
    return [field.input_value() for field in page.get_by_label(label).all()]


def test_it_stays_beside_a_line_that_is_added(visit: Visit) -> None:
    page = visit(desk_clerk())
    page.goto("/orders/new")
    fill_line(page, 0, "tea", "2", "3.50")
    expect(page.locator("#total")).to_have_text("7.00 USD")

    def answer_late(sent: Route) -> None:
        page.get_by_label("Product").nth(1).press_sequentially("cup")
        page.get_by_label("Quantity").nth(1).fill("2")
        page.get_by_label("Price").nth(1).press_sequentially("1")
        sent.continue_()

    page.route("**/orders/new", answer_late, times=1)
    page.get_by_role("button", name="Add a line").click()

    expect(page.get_by_label("Product")).to_have_count(4)
    expect(page.get_by_label("Price").nth(1)).to_be_focused()
    page.keyboard.type(".5")
    page.keyboard.press("Tab")
    expect(page.locator("#total")).to_have_text("10.00 USD")
    assert values(page, "Product") == ["tea", "cup", "", ""]
    assert values(page, "Price") == ["3.50", "1.5", "", ""]


def test_it_follows_its_line_when_one_before_it_is_removed(visit: Visit) -> None:
    page = visit(desk_clerk())
    page.goto("/orders/new")
    fill_line(page, 0, "tea", "2", "3.50")
    fill_line(page, 1, "cup", "1", "1")
    expect(page.locator("#total")).to_have_text("8.00 USD")

    def answer_late(sent: Route) -> None:
        page.get_by_label("Price").nth(0).fill("9")
        page.get_by_label("Quantity").nth(1).fill("4")
        page.get_by_label("Reference").fill("web-7")
        sent.continue_()

    page.route("**/orders/new", answer_late, times=1)
    page.get_by_role("button", name="Remove line 1", exact=True).click()

    expect(page.get_by_label("Product")).to_have_count(2)
    expect(page.locator("#total")).to_have_text("4.00 USD")
    assert values(page, "Quantity") == ["4", ""]
    assert values(page, "Price") == ["1", ""]
    expect(page.get_by_label("Reference")).to_have_value("web-7")


def test_another_customer_chosen_meanwhile_stays_chosen(visit: Visit) -> None:
    name = f"Zelda {uuid4().hex[:8]}"
    first, second = a_customer(f"{name} A"), a_customer(f"{name} B")
    page = visit(desk_clerk())
    page.goto("/orders/new")
    page.get_by_label("Find by name or e-mail address").press_sequentially(name)
    page.get_by_role("radio", name=f"{name} A").check()

    def answer_late(sent: Route) -> None:
        page.get_by_role("radio", name=f"{name} B").check()
        sent.continue_()

    page.route("**/orders/new", answer_late, times=1)
    page.get_by_role("button", name="Add a line").click()

    expect(page.get_by_label("Product")).to_have_count(4)
    expect(page.locator(f'[value="{second}"]')).to_be_checked()
    expect(page.locator(f'[value="{first}"]')).not_to_be_checked()


def test_it_stays_when_the_form_is_refused_and_goes_when_it_is_begun_anew(
    visit: Visit,
) -> None:
    page = visit(desk_clerk())
    page.goto("/orders/new")
    fill_line(page, 0, "tea", "many", "3.50")

    def answer_late(sent: Route) -> None:
        page.get_by_label("Note").fill("Ring twice.")
        sent.continue_()

    page.route("**/orders/new", answer_late, times=1)
    page.get_by_role("button", name="Place order").click()

    expect(page.get_by_role("alert")).to_contain_text("not placed yet")
    expect(page.get_by_label("Note")).to_have_value("Ring twice.")
    page.reload()
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Ring twice.")
    page.route("**/orders/new", answer_late, times=1)
    page.get_by_role("button", name="Start anew").click()
    expect(page.get_by_label("Product").first).to_have_value("")
    expect(page.get_by_label("Note")).to_have_value("")
