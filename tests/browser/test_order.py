"""One order: acting, losing a race, following what others do, its past, on paper."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from orders_command import handlers
from orders_command.domain.commands import CancelOrder, ConfirmOrder
from orders_command.models import Order
from tests.browser.conftest import Visit
from tests.browser.looking import shoot, violations
from tests.pages.visiting import placed, projector_held
from tests.people import a_customer, administrator, desk_clerk
from tests.stopping import stopped


def badge(page: Page) -> object:
    return page.locator("#status .badge").first


@pytest.fixture
def order_id() -> UUID:
    return placed(a_customer("Ada Lovelace")).order_id


def test_the_new_state_shows_at_once_and_settles(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    heading = page.get_by_role("heading", level=1)
    place = heading.bounding_box()

    with projector_held():
        page.get_by_role("button", name="Confirm").click()
        expect(badge(page)).to_have_text("Confirmed")
        expect(page.locator("#acting")).to_be_visible()
        expect(page.locator("#sync")).to_contain_text("still catching up")
        assert heading.bounding_box() == place
        shoot(page, "order-syncing")

    expect(page.locator("#acting")).to_be_hidden()
    expect(page.locator("#sync")).to_contain_text("replica_1")
    expect(page.locator("#said")).to_have_text("Saved")


def test_with_the_worker_stopped_it_syncs_until_that_is_back(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")

    with stopped("worker", "beat"):
        page.get_by_role("button", name="Confirm").click()
        expect(badge(page)).to_have_text("Confirmed")
        expect(page.locator("#sync")).to_contain_text("still catching up")
        page.get_by_role("button", name="Ship").click()
        expect(page.get_by_role("button", name="Mark as delivered")).to_be_visible()
        expect(badge(page)).to_have_text("Shipped")
        expect(page.locator("#sync")).to_contain_text("still catching up")

    expect(page.locator("#sync")).to_contain_text("replica_1")
    expect(page.locator("#said")).to_have_text("Saved")


def test_with_the_worker_stopped_a_lost_race_rolls_back_and_says_what_happened(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")

    with stopped("worker", "beat"):
        handlers.handle(CancelOrder(order_id=order_id), actor="system:rival")
        expect(badge(page)).to_have_text("Pending")  # nobody has told the read side
        page.get_by_role("button", name="Confirm").click()

        expect(page.locator("#lost")).to_contain_text("Cancelled by the system (rival)")
        expect(badge(page)).to_have_text("Cancelled")
        expect(page.locator("#said")).to_have_text("")  # nothing was saved
        assert Order.objects.get(pk=order_id).status == "CANCELLED"

    expect(page.locator("#sync")).to_contain_text("replica_1")


def test_it_shows_before_the_server_has_answered(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    page.route("**/confirm", lambda _: None)  # held until the page is left

    page.get_by_role("button", name="Confirm").click()

    expect(badge(page)).to_have_text("Confirmed")
    expect(page.locator("#acting")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_be_disabled()
    assert Order.objects.get(pk=order_id).status == "PENDING"


@pytest.mark.parametrize("status", [0, 503])
def test_without_an_answer_it_rolls_back_with_the_reason(
    visit: Visit, order_id: UUID, status: int
) -> None:
    page = visit(desk_clerk(), expects=("net::ERR_FAILED", "503"))
    page.goto(f"/orders/{order_id}")
    page.route(
        "**/confirm", lambda r: r.fulfill(status=status) if status else r.abort()
    )

    page.get_by_role("button", name="Confirm").click()

    reason = str(status) if status else "no answer"
    expect(page.locator("#trouble")).to_contain_text(reason)
    expect(badge(page)).to_have_text("Pending")
    expect(page.locator("#acting")).to_be_hidden()
    expect(page.get_by_role("button", name="Confirm")).to_be_focused()
    page.unroute("**/confirm")
    page.keyboard.press("Enter")  # it counts once, however often
    expect(badge(page)).to_have_text("Confirmed")
    expect(page.locator("#trouble")).to_be_hidden()


def test_what_the_rules_refuse_rolls_back_with_the_reason(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    page.get_by_text("Cancel the order…").click()
    page.get_by_label("Reason").evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_label("Reason").fill("x" * 501)

    page.get_by_role("button", name="Cancel this order").click()

    expect(page.get_by_role("alert").first).to_contain_text("at most 500 characters")
    expect(badge(page)).to_have_text("Pending")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_race_is_lost_between_two_windows_and_applied_again(
    visit: Visit, order_id: UUID, *, scripts: bool
) -> None:
    how = {"java_script_enabled": scripts, "expects": ("ERR_FAILED",)}
    first, second = (visit(desk_clerk(), **how) for _ in "12")
    for window in (first, second):
        if scripts:  # nothing tells the second one that it is late
            window.route("**/changes*", lambda route: route.abort())
        window.goto(f"/orders/{order_id}")
    second.get_by_text("Cancel the order…").click()
    second.get_by_label("Reason").fill("Wrong colour")
    first.get_by_role("button", name="Confirm").click()
    expect(badge(first)).to_have_text("Confirmed")

    second.get_by_role("button", name="Cancel this order").click()

    lost = second.locator("#lost")
    expect(lost).to_contain_text("changed meanwhile")
    expect(lost.get_by_role("listitem")).to_have_count(1)
    expect(lost).to_contain_text("Confirmed by")
    shoot(second, f"lost-race{'' if scripts else '-plain'}")
    lost.get_by_role("button", name="Apply again").click()
    expect(badge(second)).to_have_text("Cancelled")
    expect(second.get_by_text("Wrong colour")).to_be_visible()


def test_a_lost_race_that_is_over_offers_nothing(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk(), java_script_enabled=False)
    page.goto(f"/orders/{order_id}")
    handlers.handle(CancelOrder(order_id=order_id), actor="system:rival")

    page.get_by_role("button", name="Confirm").click()

    expect(page.locator("#lost")).to_contain_text("no further step")
    expect(page.get_by_role("button", name="Apply again")).to_have_count(0)


def test_what_others_do_appears_by_itself(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()

    handlers.handle(ConfirmOrder(order_id=order_id), actor="system:rival")

    expect(badge(page)).to_have_text("Confirmed")
    expect(page.locator(".timeline .new")).to_contain_text("the system (rival)")


def test_it_goes_on_following_after_a_step_of_one_s_own(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#said")).to_have_text("Saved")
    page.locator("body").click()  # nobody is at work on it

    handlers.handle(CancelOrder(order_id=order_id), actor="system:rival")

    expect(badge(page)).to_have_text("Cancelled")


def test_what_is_being_typed_is_left_alone(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    page.get_by_text("Cancel the order…").click()
    page.get_by_label("Reason").fill("Wrong col")

    handlers.handle(ConfirmOrder(order_id=order_id), actor="system:rival")

    expect(page.locator("#sync")).to_contain_text("moved on to version 2")
    expect(page.get_by_label("Reason")).to_have_value("Wrong col")
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_role("button", name="Ship")).to_be_visible()


def test_each_version_is_a_page_of_its_own(visit: Visit, order_id: UUID) -> None:
    handlers.handle(ConfirmOrder(order_id=order_id), actor="system:rival")
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")
    expect(badge(page)).to_have_text("Confirmed")

    page.get_by_role("link", name="version 1").click()

    expect(page.get_by_role("note")).to_contain_text("version 1 of 2")
    expect(page.locator(".head .badge")).to_have_text("Pending")
    expect(page.locator("main form")).to_have_count(0)
    page.get_by_role("link", name="2 Confirmed").click()
    expect(page.locator(".head .badge")).to_have_text("Confirmed")
    page.get_by_role("link", name="As it is now").click()
    expect(page.get_by_role("button", name="Ship")).to_be_visible()


def test_on_paper_it_is_a_sheet(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk(), viewport={"width": 794, "height": 1123})
    page.goto(f"/orders/{order_id}")

    page.emulate_media(media="print")

    for shown in (page.get_by_text("Ada Lovelace"), page.get_by_text("tea")):
        expect(shown).to_be_visible()
    for gone in (".top", ".actions", "#sync", "#trouble"):
        expect(page.locator(gone)).to_be_hidden()
    shoot(page, "order-on-paper")


def test_it_is_worked_by_the_keyboard_alone(visit: Visit, order_id: UUID) -> None:
    page = visit(desk_clerk())
    page.goto(f"/orders/{order_id}")

    page.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ship")).to_be_enabled()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for typed in ("DHL", "JD-1"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")

    expect(badge(page)).to_have_text("Shipped")
    expect(page.get_by_role("definition").filter(has_text="JD-1")).to_be_visible()
    assert violations(page) == []


def test_an_administrator_gets_to_the_admin_and_back(
    visit: Visit, order_id: UUID
) -> None:
    page = visit(administrator())
    page.goto(f"/orders/{order_id}")

    page.get_by_role("link", name="In the admin").click()
    page.get_by_role("link", name="View on site").click()

    expect(page).to_have_url(re.compile(f"/orders/{order_id}$"))
