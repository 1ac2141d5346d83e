"""The list of orders: search, keys, and acting on several at once."""

import pytest
from playwright.sync_api import expect

from orders_command import handlers
from orders_command.domain.commands import CancelOrder
from orders_command.models import Order
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.pages.visiting import placed, signed_in
from tests.people import a_customer, analyst, desk_clerk


def test_the_list_follows_what_is_typed(visit: Visit) -> None:
    order, other = placed(a_customer()), placed(a_customer())
    page = visit(desk_clerk())

    page.goto("/orders")
    page.get_by_label("Search").press_sequentially(order.order_number)

    expect(page.get_by_role("link", name=order.order_number)).to_be_visible()
    expect(page.get_by_role("link", name=other.order_number)).to_have_count(0)
    assert f"q={order.order_number}" in page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_several_are_confirmed_and_each_has_its_result(
    visit: Visit, *, scripts: bool
) -> None:
    customer_id = a_customer()
    one, two, late = (placed(customer_id) for _ in "123")
    page = visit(desk_clerk(), java_script_enabled=scripts)
    page.goto(f"/orders?customer={customer_id}")
    for order in (one, two, late):
        page.get_by_label(f"Tick {order.order_number}").check()
    handlers.handle(CancelOrder(order_id=late.order_id), actor="system:rival")

    page.get_by_role("button", name="Confirm").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmed: 2 of 3")
    row = page.get_by_role("row", name=late.order_number)
    expect(row).to_contain_text("Changed meanwhile: it is at version 2 now.")
    assert Order.objects.get(pk=one.order_id).version == 2
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        shoot(page, f"bulk-{width}{'' if scripts else '-plain'}")
        assert overflow(page) <= 0
    if scripts:
        assert violations(page, "bulk") == []


def test_the_list_is_worked_by_keys(visit: Visit) -> None:
    customer_id = a_customer()
    orders = [placed(customer_id) for _ in "12"]
    page = visit(desk_clerk())
    page.goto(f"/orders?customer={customer_id}")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=orders[0].order_number)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label(f"Tick {orders[0].order_number}")).to_be_checked()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=orders[1].order_number)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("nj?")
    expect(page.get_by_label("Search")).to_have_value("nj?")


def test_keys_can_be_turned_off_and_on(visit: Visit) -> None:
    placed(a_customer())
    page = visit(desk_clerk())
    page.goto("/orders")

    page.keyboard.press("?")
    shoot(page, "keys")
    assert violations(page, "keys") == []
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("tbody :focus")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")

    expect(page.get_by_role("heading", level=1)).to_have_text("Place order")


def test_what_cannot_be_done_at_once_is_told_and_nothing_is_done() -> None:
    order = placed(a_customer())
    good = f"{order.order_id}:1:{order.order_number}"
    client = signed_in(desk_clerk())

    for sent, says in (
        ({"do": "cancel", "order": [good]}, "nothing else"),
        ({"do": "confirm"}, "Tick the orders first"),
        ({"do": "confirm", "order": [good, "nonsense"]}, "could not be understood"),
        ({"do": "confirm", "order": [f"{good}{n}" for n in range(101)]}, "At most 100"),
    ):
        page = client.post("/orders/bulk", sent, follow=True)
        assert says in page.content.decode()
    assert signed_in(analyst()).post("/orders/bulk", {"do": "ship"}).status_code == 403
    assert Order.objects.get(pk=order.order_id).status == "PENDING"
