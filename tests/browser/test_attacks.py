"""What other sites and other people's words try in a browser, and do not get."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from orders_command import handlers
from orders_command.domain.commands import ConfirmOrder, ShipOrder
from orders_command.models import Order
from tests.browser.attacks import (
    READ,
    SHOW,
    SLIP_IN,
    WATCH,
    WICKED,
    Site,
    another_site,
    seen,
)
from tests.browser.conftest import Visit
from tests.orders import an_order
from tests.pages.visiting import placed
from tests.people import (
    PASSWORD,
    Caller,
    a_customer,
    administrator,
    an_email,
    desk_clerk,
    somebody,
)
from tests.projected import catch_up

BLOCKED = ("Content Security Policy", "violates the following", "frame", "Framing")
PATHS = """
    / /products /orders?customer={customer} /orders?q={wicked}&status={wicked}
    /orders?from={wicked}&minTotal={wicked}&ordering={wicked} /orders/{shipped}
    /orders/{lost} /orders/{lost}/trace /orders/{lost}?version={wicked}
    /orders/{lost}?acted_on={wicked}&now_at={wicked}&wanted={wicked}
    /orders/new?customer={customer} /orders/new?customer={wicked}
    /customers?q={wicked} /customers/{customer} /customers/{customer}/erase
    /sync /account /sign-in?next={wicked} /{wicked} /?range={wicked}&currency={wicked}
    /admin/ /admin/orders_command/order/ /admin/orders_command/order/{shipped}/change/
    /admin/orders_command/event/?q={wicked} /admin/customers/customer/
    /admin/customers/customer/{customer}/change/ /admin/orders_query/orderreadmodel/
    /admin/orders_query/orderreadmodel/{lost}/change/ /admin/access/user/?q={wicked}
    /admin/access/user/{user}/change/ /api/docs
""".split()


@pytest.fixture
def watched(visit: Visit) -> Callable[..., Page]:
    """Return what opens a page in which every violation of the policy is noted."""

    def opened(caller: Caller | None = None, **how: Any) -> Page:
        page = visit(caller, **how)
        page.add_init_script(WATCH)
        return page

    return opened


def test_words_of_others_stay_words_on_every_page(
    watched: Callable[..., Page],
) -> None:
    boss = administrator()
    boss.user.username = f"{WICKED[:100]}{an_email()[:12]}"
    boss.user.save()
    page = watched(boss, expects=("404", "400", "403", "422"))
    known = {"wicked": quote(WICKED), "user": boss.user.pk, **wicked_orders()}

    for path in PATHS:
        page.goto(path.format(**known))

        assert seen(page) == [], path
        slipped = "main iframe, script:not([src]), [onerror], [href^='javascript']"
        assert page.locator(slipped).count() == 0, path


def wicked_orders() -> dict[str, Any]:
    """Have orders with wicked words wherever words can go."""
    customer, end = a_customer(WICKED), an_email()[:20]
    shipped = an_order(customer, reference=f"<img src=x onerror=ran()>{end}")
    for step in (ConfirmOrder, ShipOrder):
        handlers.handle(step(order_id=shipped.order_id), actor=WICKED[:60])
    lost = placed(customer, product=f"<svg onload=ran()>{end}", note=WICKED)
    address = f"/api/command/orders/{lost.order_id}/cancel"
    cancelled = desk_clerk().post(address, {"reason": WICKED})
    catch_up(cancelled.json()["position"])
    return {"customer": customer, "shipped": shipped.order_id, "lost": lost.order_id}


def test_words_of_others_stay_words_in_what_htmx_brings(
    watched: Callable[..., Page],
) -> None:
    end = an_email()[:12]
    placed(a_customer(f"<img src=x onerror=ran()> {end}"))
    page = watched(desk_clerk())

    page.goto("/orders")
    page.get_by_label("Search").fill(end)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results tbody tr")).to_contain_text("<img src=x onerror")
    page.goto("/customers")
    page.get_by_label("Name").fill("<img src=x onerror=ran()>")
    page.get_by_label("E-mail address").fill(an_email())
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "<img src=x onerror=ran()>"
    )
    assert page.title().startswith("<img src=x onerror=ran()>")
    assert page.locator("main img").count() == 0
    assert seen(page) == []


@pytest.mark.parametrize("path", ["/orders", "/admin/", "/sign-in", "/nowhere"])
def test_what_is_slipped_into_a_page_does_not_run(
    watched: Callable[..., Page], path: str, base_url: str
) -> None:
    caller = None if path == "/sign-in" else administrator()
    page = watched(caller, expects=("404", *BLOCKED))
    page.goto(path)

    page.evaluate(SLIP_IN)

    page.wait_for_function("window.seen.includes('no fetch')")
    noted = seen(page)
    assert "a script ran" not in noted
    assert "no eval" in noted
    refused = {line.partition(":")[0] for line in noted}
    assert refused >= {"script-src-attr", "script-src-elem", "style-src-elem"}
    assert refused >= {"frame-src", "connect-src", "img-src"}
    assert page.evaluate("document.baseURI").startswith(base_url)


def test_a_script_that_htmx_brings_does_not_run(watched: Callable[..., Page]) -> None:
    page = watched(desk_clerk(), expects=BLOCKED)
    page.goto("/orders")

    def answer(route: Route) -> None:
        scripts = "<script>ran()</script><img src='/static/icon.svg' onload='ran()'>"
        body = f"<section id='results'>{scripts}<b hx-on:load='ran()'>!</b></section>"
        route.fulfill(status=200, content_type="text/html", body=body)

    page.route("**/orders?q=*", answer)
    page.get_by_label("Search").fill("tea")

    expect(page.locator("#results b")).to_be_visible()
    assert "a script ran" not in seen(page)


@pytest.fixture
def site() -> Iterator[Site]:
    with another_site() as served:
        yield served


# The first is another site; the other a neighbour on this host, to whose forms the
# browser gives the session's cookie.
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_another_site_s_form_does_nothing(
    visit: Visit, site: Site, web: str, host: str
) -> None:
    order = placed(a_customer())
    page = visit(desk_clerk(), expects=("403", "401", "405", "ERR_", *BLOCKED))
    address = f"{web}/orders/{order.order_id}/confirm"
    site.posting(address, version="1", csrfmiddlewaretoken="s" * 32)

    page.goto(f"http://{host}:{site.server_port}/")
    page.get_by_role("button", name="Win").click()

    expect(page).to_have_url(address)
    expect(page.locator("h1")).to_be_visible()
    assert Order.objects.get(pk=order.order_id).status == "PENDING"


def test_another_site_s_page_reads_and_shows_nothing(
    visit: Visit, site: Site, web: str
) -> None:
    page = visit(desk_clerk(), expects=("ERR_", "CORS", *BLOCKED))
    page.goto(f"http://127.0.0.1:{site.server_port}/")

    for path in ("/api/me", "/orders", "/orders.csv", "/static/app.css"):
        assert page.evaluate(READ, f"{web}{path}") == "refused: TypeError"
    page.goto(f"http://localhost:{site.server_port}/")
    assert page.evaluate(SHOW, f"{web}/static/icon.svg") == "refused"


@pytest.mark.parametrize(
    "spelling", ["//evil.example", "/\\evil.example", "https:evil.example"]
)
def test_signing_in_leads_nowhere_else(visit: Visit, spelling: str, web: str) -> None:
    page = visit()

    sign_in(page, spelling)

    expect(page).to_have_url(f"{web}/")


def sign_in(page: Page, way_back: str) -> None:
    caller = somebody("order desk", password=PASSWORD)
    page.goto(f"/sign-in?next={quote(way_back)}")
    page.get_by_label("User name").fill(caller.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_who_has_signed_out_leaves_nothing_behind(visit: Visit, web: str) -> None:
    order = placed(a_customer("Ada of the last desk"))
    page = visit(desk_clerk())
    page.goto(f"/orders/{order.order_id}")
    expect(page.locator("main")).to_contain_text("Ada of the last desk")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{web}/sign-in")

    page.go_back()

    expect(page.get_by_label("Password")).to_be_visible()
    assert "Ada of the last desk" not in page.content()


def test_no_script_reads_a_cookie_of_the_server(visit: Visit) -> None:
    placed(a_customer())
    page = visit()
    sign_in(page, "/orders")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")

    names = {c["name"] for c in page.context.cookies()}
    readable = page.evaluate("document.cookie")

    assert names >= {"sessionid", "csrftoken", "consistency"}
    for name in names - {"zone"}:
        assert name not in readable
