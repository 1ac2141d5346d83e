"""Where one is sent on to: to this site, however the address is spelt."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from tests.pages.visiting import HTMX, fields, placed, signed_in
from tests.people import (
    PASSWORD,
    Caller,
    a_customer,
    administrator,
    desk_clerk,
    somebody,
)

EVIL = "evil.example"
SPELLINGS = [
    f"https://{EVIL}/",
    f"http:{EVIL}",
    f"https:/{EVIL}",
    f"https:///{EVIL}",
    f"HTTPS://{EVIL}",
    f"//{EVIL}",
    f"///{EVIL}",
    f"////{EVIL}",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"\\\\{EVIL}",
    f"/\t/{EVIL}",
    f"\t//{EVIL}",
    f"\n//{EVIL}",
    f" //{EVIL}",
    f"/\r\n/{EVIL}",
    f"\x00//{EVIL}",
    f"\x08//{EVIL}",
    f"//{EVIL}@testserver",
    f"//testserver@{EVIL}",
    f"https://testserver.{EVIL}",
    f"//testserver:80@{EVIL}",
    f"//[::1]@{EVIL}",
    f"//{EVIL}%2f@testserver",
    f"////testserver/..//{EVIL}",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    f"ftp://testserver/{EVIL}",
    "https://\uff45vil.example",
    "/\uff0fevil.example",
]


@pytest.fixture(scope="module")
def caller(services: object, django_db_blocker: Any) -> Caller:
    with django_db_blocker.unblock():
        return somebody("order desk", password=PASSWORD)


def is_here(location: str) -> bool:
    """Tell whether a browser would stay on this site, as the URL standard reads it."""
    plain = "".join(c for c in location.strip() if c not in "\t\r\n")
    plain = plain.replace("\\", "/")
    leads_to = urlsplit(plain)
    return plain.startswith("/") and not plain.startswith("//") and not leads_to.netloc


@pytest.mark.parametrize("spelling", SPELLINGS, ids=repr)
def test_signing_in_leads_to_this_site(caller: Caller, spelling: str) -> None:
    form = {"username": caller.user.username, "password": PASSWORD}

    answer = Client().post("/sign-in", {**form, "next": spelling})

    assert answer.status_code == 302
    assert is_here(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("spelling", SPELLINGS[:5])
def test_so_it_does_with_the_way_back_in_its_address(
    caller: Caller, spelling: str
) -> None:
    form = {"username": caller.user.username, "password": PASSWORD}

    answer = Client().post(f"/sign-in?next={quote(spelling)}", form)

    assert is_here(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=repr)
def test_signing_out_leads_to_this_site(caller: Caller, spelling: str) -> None:
    by_form = signed_in(caller).post("/sign-out", {"next": spelling})
    by_address = signed_in(caller).post(f"/sign-out?next={quote(spelling)}")

    for answer in (by_form, by_address):
        assert answer.status_code == 302
        assert is_here(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("path", [f"//{EVIL}/x", f"/\\{EVIL}", f"/%09/{EVIL}"])
def test_who_asks_for_another_site_s_path_is_not_sent_there(path: str) -> None:
    answer = Client().get(path)

    assert is_here(answer["Location"])
    assert answer["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/orders", "/customers", "/orders.csv?from=x"])
def test_what_refers_to_a_page_decides_nothing(caller: Caller, path: str) -> None:
    sent = {"Referer": f"https://{EVIL}/", "Origin": "null"}
    answer = signed_in(caller).get(path, headers=sent)

    assert EVIL not in answer.headers.get("Location", "")


def test_a_placed_order_leads_to_its_page_with_scripts_and_without() -> None:
    client, customer = signed_in(desk_clerk()), a_customer()
    for headers, name in ((HTMX, "HX-Redirect"), ({}, "Location")):
        typed = fields(client.get(f"/orders/new?customer={customer}").content)
        line = {"productId": ["tea"], "quantity": ["1"], "price": ["2"]}
        sent = {**typed, **line, "do": "place", "next": f"//{EVIL}"}

        answer = client.post("/orders/new", sent, headers=headers)

        assert answer.headers[name].startswith("/orders/")


def test_the_admin_leads_back_to_itself() -> None:
    boss = signed_in(administrator())
    order = placed(a_customer())
    sent = {"action": "confirm", "_selected_action": [str(order.order_id)]}

    acted = boss.post(
        f"/admin/orders_command/order/?next=//{EVIL}",
        {**sent, "next": f"//{EVIL}"},
        headers={"Referer": f"https://{EVIL}/"},
    )

    assert is_here(acted["Location"])
