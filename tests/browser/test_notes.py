"""Adding a note: at once, by keyboard, on a telephone, and without scripts."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from orders_command import handlers
from orders_command.domain.commands import ConfirmOrder
from orders_command.models import Event
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, spilled, violations
from tests.pages.visiting import placed, projector_held
from tests.people import a_customer, desk_clerk

WORDS = "Rang: comes on Friday, and brings " + "x" * 70
SIZES = [{"width": 1280, "height": 900}, {"width": 360, "height": 780}]


@pytest.fixture
def order_id() -> UUID:
    return placed(a_customer("Ada Lovelace")).order_id


def last_entry(page: Page) -> object:
    return page.locator(".timeline li").last


def test_it_shows_at_once_by_keyboard_and_settles(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")

    with projector_held():
        page.get_by_label("Add a note").focus()
        page.keyboard.type("Rang twice.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(last_entry(page)).to_contain_text("Noted by you")
        expect(last_entry(page)).to_contain_text("Rang twice.")
        expect(page.locator("#sync")).to_contain_text("still catching up")

    expect(page.locator("#said")).to_have_text("Saved")
    expect(page.get_by_label("Add a note")).to_have_value("")


def test_without_an_answer_it_is_taken_back_with_the_words_kept(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(desk_clerk(), expects=("503",))
    page.goto(f"/orders/{order_id}")
    page.route("**/notes", lambda route: route.fulfill(status=503))
    page.get_by_label("Add a note").fill("Rang twice.")

    page.get_by_role("button", name="Add the note").click()

    expect(page.locator("#trouble")).to_contain_text("503")
    expect(page.locator(".timeline li")).to_have_count(1)
    expect(page.get_by_label("Add a note")).to_have_value("Rang twice.")
    page.unroute("**/notes")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Saved")
    expect(last_entry(page)).to_contain_text("Rang twice.")
    assert Event.objects.filter(order_id=order_id).count() == 2


def test_who_was_late_adds_a_note_all_the_same(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk(), java_script_enabled=False)
    page.goto(f"/orders/{order_id}")
    handlers.handle(ConfirmOrder(order_id=order_id), actor="system:rival")

    page.get_by_label("Add a note").fill("Rang twice.")
    page.get_by_role("button", name="Add the note").click()

    expect(page.locator("#status .badge").first).to_have_text("Confirmed")
    expect(last_entry(page)).to_contain_text("Rang twice.")


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_it_has_its_place(visit: Visit, order_id: UUID, *, size: object) -> None:
    page = visit(desk_clerk(), viewport=size)
    page.goto(f"/orders/{order_id}")
    for _ in range(2):
        page.get_by_label("Add a note").fill(WORDS)
        page.get_by_role("button", name="Add the note").click()
        expect(last_entry(page)).to_contain_text("Noted by you")
        expect(page.locator("#said")).to_have_text("Saved")

    name = f"notes-{page.viewport_size['width']}"  # type: ignore[index]
    shoot(page, name)
    assert violations(page, name) == []
    assert overflow(page) <= 0
    assert spilled(page) == []
