"""Each page as it is met: wide and narrow, light and dark, with scripts and without."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pytest
from playwright.sync_api import Page

from orders_command import handlers
from orders_command.domain.commands import (
    AmendItems,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.events import Item
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot, spilled, violations
from tests.pages.visiting import placed
from tests.people import Caller, a_customer, somebody
from tests.projected import catch_up

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 780}
NAME = (
    '<img src=x onerror=alert(1)> =HYPERLINK("x") Wolfeschlegelsteinhausenbergerdorff'
)
LONGEST = "x" * 64  # of a product's ids
PAGES = {
    "dashboard": "/",
    "dashboard of a week": "/?range=7d&currency=USD",
    "bad range": "/?range=1y",
    "products": "/products",
    "orders": "/orders",
    "nothing found": "/orders?q=nothing-is-called-so",
    "bad filter": "/orders?from=yesterday",
    "bad amount": "/orders?minTotal=12,50&ordering=colour",
    "sorted by total": "/orders?ordering=-total&minTotal=0.01",
    "sorted by change": "/orders?ordering=lastUpdatedAt",
    "orders of a customer": "/orders?customer={customer}",
    "order": "/orders/{pending}",
    "delivered order": "/orders/{delivered}",
    "cancelled order": "/orders/{cancelled}",
    "amended order": "/orders/{amended}",
    "change items": "/orders/{amended}/items",
    "past version": "/orders/{delivered}?version=2",
    "no such version": "/orders/{delivered}?version=9",
    "bad version": "/orders/{delivered}?version=two",
    "lost race": "/orders/{delivered}?acted_on=2&now_at=4&wanted=cancel",
    "trace": "/orders/{delivered}/trace",
    "place order": "/orders/new?customer={customer}",
    "customers": "/customers",
    "customer": "/customers/{customer}",
    "erase": "/customers/{customer}/erase",
    "sync": "/sync",
    "rebuild": "/sync/rebuild/orders/rebuild",
    "account": "/account",
    "password": "/account/password",
    "forgotten password": "/sign-in/forgotten",
    "link sent": "/sign-in/forgotten/sent",
    "bad link": "/sign-in/new-password/MQ/x-y",
    "nowhere": "/nowhere",
}


@dataclass(frozen=True)
class Shop:
    administrator: Caller
    customer: UUID
    pending: UUID
    delivered: UUID
    cancelled: UUID
    amended: UUID


@pytest.fixture(scope="module")
def shop(services: object, django_db_blocker: pytest.FixtureRequest) -> Shop:
    """Have a customer with a wicked name, and an order at each end of its life."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        customer = a_customer(NAME)
        pending, delivered, cancelled = (
            placed(
                customer,
                product=LONGEST,
                price=price,
                quantity=1_000,
                note=NAME,
                reference=LONGEST if price == "0.01" else None,
            ).order_id
            for price in ("9999999999", "99.90", "0.01")
        )
        for step in (ConfirmOrder, ShipOrder, DeliverOrder):
            done = handlers.handle(step(order_id=delivered), actor="system:tests")
        done = handlers.handle(CancelOrder(order_id=cancelled), actor="system:tests")
        lines = (Item(product_id=LONGEST, quantity=1, price=Decimal("0.05")),) * 2
        changed = placed(customer, product="tea")
        amend = AmendItems(order_id=changed.order_id, items=lines)
        done = handlers.handle(amend, actor="system:tests")
        catch_up(done.position)
        return Shop(
            administrator=somebody(administrator=True),
            customer=customer,
            pending=pending,
            delivered=delivered,
            cancelled=cancelled,
            amended=changed.order_id,
        )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page(visit: Visit, shop: Shop, *, name: str, scripts: bool) -> None:
    page = visit(
        shop.administrator,
        expects=("404", "400"),
        java_script_enabled=scripts,
        reduced_motion="reduce",
        viewport=WIDE,
    )

    page.goto(PAGES[name].format(**vars(shop)))

    assert page.locator("h1").count() == 1
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert overflow(page) <= 0
        assert spilled(page) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            plain = "" if scripts else "-plain"
            _is_fine(page, f"{name}-{size['width']}-{scheme}{plain}")


def _is_fine(page: Page, name: str) -> None:
    name = name.replace(" ", "-")
    shoot(page, name)
    if "plain" not in name:  # axe is a script itself
        assert violations(page, name) == []
