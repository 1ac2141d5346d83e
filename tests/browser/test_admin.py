"""The admin in Chromium: no complaint, nothing wider than the window, its way back."""

from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.looking import overflow, shoot
from tests.pages.visiting import placed, signed_in
from tests.people import a_customer, administrator, desk_clerk

NAME = '<img src=x onerror=alert(1)> =HYPERLINK("x")'


def test_an_order_is_found_acted_on_and_its_history_read(visit: Visit) -> None:
    order = placed(a_customer(NAME), note=NAME)
    page = visit(administrator())
    page.goto("/admin/orders_command/order/")
    page.locator("#searchbar").fill(order.order_number)
    page.keyboard.press("Enter")

    page.get_by_role("checkbox", name="Select this object").check()
    page.get_by_label("Action:").select_option("confirm")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("CONFIRMED at version 2.")
    shoot(page, "admin-orders")
    page.get_by_role("link", name=order.order_number).click()

    expect(page.get_by_text("OrderConfirmed").first).to_be_visible()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shoot(page, f"admin-order-{width}")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert overflow(page) <= 0


def test_wicked_names_are_only_words(visit: Visit) -> None:
    placed(a_customer(NAME))
    page = visit(administrator())

    for path in ("customers/customer", "orders_query/orderreadmodel"):
        page.goto(f"/admin/{path}/")
        expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()


def test_a_token_is_shown_once_found_by_its_name_and_revoked(visit: Visit) -> None:
    caller, owner = administrator(), desk_clerk()
    page = visit(caller)
    made = {"user": owner.user.pk, "name": NAME, "scopes": ["read"]}
    made |= {"expires_at_0": "2099-01-01", "expires_at_1": "00:00:00"}
    client = signed_in(caller)
    told = client.post("/admin/access/apitoken/add/", made, follow=True)
    token = told.content.decode().partition("shown only now: ")[2][:43]
    again = client.get("/admin/access/apitoken/").content.decode()
    sent = {"Authorization": f"Bearer {token}"}

    assert Client().get("/api/me", headers=sent).status_code == 200
    assert token not in again
    page.goto("/admin/access/apitoken/?state=valid")
    page.locator("#searchbar").fill("onerror=alert")
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name=owner.user.username)
    expect(row.get_by_text(NAME)).to_be_visible()
    row.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("revoke")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("1 revoked")
    page.goto("/admin/access/apitoken/?state=valid")
    expect(page.get_by_role("row", name=NAME)).to_have_count(0)


def test_the_date_hierarchy_leads_to_a_day(visit: Visit) -> None:
    order = placed(a_customer())
    page = visit(administrator())
    page.goto("/admin/orders_query/orderreadmodel/")

    # Years and months are left out where there is only one.
    today = timezone.now()
    wanted = {f"{today:%Y}", f"{today:%B %Y}", f"{today:%B} {today.day}"}
    while "created_at__day=" not in page.url:
        links = page.locator("nav.toplinks a").all()
        next(link for link in links if link.inner_text() in wanted).click()

    expect(page.get_by_text(order.order_number)).to_be_visible()
