"""Each page as it is met: wide and narrow, light and dark, with scripts and without."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Page

from orders_command import handlers
from orders_command.domain.commands import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, violations
from tests.pages.visiting import placed
from tests.people import Caller, a_customer, somebody
from tests.projected import catch_up

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 780}
NAME = (
    '<img src=x onerror=alert(1)> =HYPERLINK("x") Wolfeschlegelsteinhausenbergerdorff'
)
PAGES = {
    "dashboard": "/",
    "orders": "/orders",
    "nothing found": "/orders?q=nothing-is-called-so",
    "bad filter": "/orders?from=yesterday",
    "order": "/orders/{pending}",
    "delivered order": "/orders/{delivered}",
    "cancelled order": "/orders/{cancelled}",
    "trace": "/orders/{delivered}/trace",
    "place order": "/orders/new?customer={customer}",
    "customers": "/customers",
    "customer": "/customers/{customer}",
    "erase": "/customers/{customer}/erase",
    "sync": "/sync",
    "nowhere": "/nowhere",
}


@dataclass(frozen=True)
class Shop:
    administrator: Caller
    customer: UUID
    pending: UUID
    delivered: UUID
    cancelled: UUID


@pytest.fixture(scope="module")
def shop(services: object, django_db_blocker: pytest.FixtureRequest) -> Shop:
    """Have a customer with a wicked name, and an order at each end of its life."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        customer = a_customer(NAME)
        pending, delivered, cancelled = (
            placed(customer, price=price, note=NAME).order_id
            for price in ("9999999999", "99.90", "0.01")
        )
        for step in (ConfirmOrder, ShipOrder, DeliverOrder):
            done = handlers.handle(step(order_id=delivered), actor="system:tests")
        done = handlers.handle(CancelOrder(order_id=cancelled), actor="system:tests")
        catch_up(done.position)
        return Shop(
            administrator=somebody(administrator=True),
            customer=customer,
            pending=pending,
            delivered=delivered,
            cancelled=cancelled,
        )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page(
    visit: Visit, shop: Shop, *, name: str, scheme: str, scripts: bool
) -> None:
    page = visit(
        shop.administrator,
        expects=("404",) if name == "nowhere" else (),
        color_scheme=scheme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        viewport=WIDE,
    )

    page.goto(PAGES[name].format(**vars(shop)))

    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        _is_fine(page, f"{name}-{size['width']}-{scheme}{'' if scripts else '-plain'}")


def _is_fine(page: Page, name: str) -> None:
    shoot(page, name.replace(" ", "-"))
    assert page.locator("h1").count() == 1
    assert overflow(page) <= 0
    if "plain" not in name:  # axe is a script itself
        assert violations(page) == []
