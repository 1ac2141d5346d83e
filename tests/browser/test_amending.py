"""Changing the items of an order: with scripts and without, twice, and too late."""

import pytest
from playwright.sync_api import expect

from orders_command.models import Event
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.orders import amended
from tests.pages.visiting import placed
from tests.people import a_customer, desk_clerk

pytestmark = pytest.mark.usefixtures("worker")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_items_are_changed_and_the_timeline_says_how(
    visit: Visit, *, scripts: bool
) -> None:
    order = placed(a_customer(), price="3.50")
    page = visit(desk_clerk(), java_script_enabled=scripts)

    page.goto(f"/orders/{order.order_id}")
    page.get_by_role("link", name="Change items").click()
    page.get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Product").nth(1).fill("sugar")
    page.get_by_label("Quantity").nth(1).fill("1")
    page.get_by_label("Price").nth(1).fill("2.00")
    page.get_by_role("button", name="Save the items").dblclick()

    expect(page.locator(".timeline li.amended")).to_contain_text(
        "2 → 3 × tea, + 1 × sugar; total 7.00 → 12.50 USD"
    )
    expect(page.locator("#status .badge").first).to_have_text("Pending")
    expect(page.locator(".head .total")).to_contain_text("12.50 USD")
    assert Event.objects.filter(order_id=order.order_id).count() == 2


def test_the_total_follows_what_is_typed(visit: Visit) -> None:
    order = placed(a_customer(), price="3.50")
    page = visit(desk_clerk())

    page.goto(f"/orders/{order.order_id}/items")
    page.get_by_label("Quantity").fill("4")
    page.get_by_label("Price").focus()

    expect(page.locator("#total")).to_have_text("14.00 USD")


def test_it_is_done_by_keyboard_alone(visit: Visit) -> None:
    order = placed(a_customer(), price="3.50")
    page = visit(desk_clerk())

    page.goto(f"/orders/{order.order_id}/items")
    page.get_by_label("Quantity").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("5")
    page.keyboard.press("Enter")

    expect(page.locator(".timeline li.amended")).to_contain_text("2 → 5 × tea")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_lost_race_is_told_first_and_keeps_what_was_typed(
    visit: Visit, *, scripts: bool
) -> None:
    order = placed(a_customer(), price="3.50")
    page = visit(desk_clerk(), java_script_enabled=scripts)
    page.goto(f"/orders/{order.order_id}/items")
    page.get_by_label("Quantity").fill("7")
    amended(order.order_id, ("tea", 4, "3.50"))

    page.get_by_role("button", name="Save the items").click()

    lost = page.locator("#summary")
    expect(lost).to_be_focused()
    expect(lost).to_contain_text("2 → 4 × tea; total 7.00 → 14.00 USD")
    expect(page.get_by_label("Quantity")).to_have_value("7")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) <= 0
        shoot(page, f"amending-too-late-{width}{'' if scripts else '-plain'}")
    if scripts:
        assert violations(page) == []
    page.get_by_role("button", name="Save the items").click()
    expect(page.locator(".timeline li.amended")).to_have_count(2)
