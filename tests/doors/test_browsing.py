"""What a browser is sent besides the page: its policy, and times in its zone."""

import re
from pathlib import Path
from typing import get_args

import pytest
from django.test import Client

from orders_command import events
from tests.pages.visiting import placed, signed_in, text
from tests.people import a_customer, desk_clerk, somebody

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", ["/sign-in", "/", "/orders/new", "/nowhere"])
def test_only_a_page_s_own_scripts_run(path: str) -> None:
    clerk = Client() if path == "/sign-in" else signed_in(desk_clerk())

    page = clerk.get(path)

    html = page.content.decode()
    allowed = _scripts_of(page["Content-Security-Policy"])
    nonces = set(re.findall(r'<script[^>]* nonce="([^"]+)"', html))
    assert [f"'nonce-{nonce}'" for nonce in nonces] == allowed
    assert html.count("<script") == len(re.findall(r"<script[^>]* nonce=", html))


def test_a_nonce_is_used_once() -> None:
    clerk = signed_in(desk_clerk())

    first, second = clerk.get("/"), clerk.get("/")

    assert first["Content-Security-Policy"] != second["Content-Security-Policy"]


def test_the_admin_runs_the_scripts_of_this_site() -> None:
    administrator = signed_in(somebody(administrator=True))

    page = administrator.get("/admin/")

    assert _scripts_of(page["Content-Security-Policy"]) == ["'self'"]
    assert "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Asia/Tokyo", "JST"), ("../etc/passwd", "UTC"), ("x" * 200, "UTC"), ("", "UTC")],
)
def test_times_are_told_in_the_reader_s_zone(zone: str, told: str) -> None:
    order = placed(a_customer())
    clerk = signed_in(desk_clerk())
    clerk.cookies["zone"] = zone

    page = clerk.get(f"/orders/{order.order_id}")

    assert re.search(rf"\d\d:\d\d {told}", text(page))


def test_programs_are_told_utc_whatever_the_cookie_says() -> None:
    clerk = signed_in(desk_clerk())
    clerk.cookies["zone"] = "Asia/Tokyo"

    customer = clerk.get(f"/api/customers/{a_customer()}").json()

    assert customer["createdAt"].endswith("Z")


def test_the_script_that_follows_knows_each_event_of_an_order() -> None:
    script = (ROOT / "static" / "live.js").read_text()

    listed = set(re.findall(r'"(Order\w+)"', script))

    assert listed == {event.__name__ for event in get_args(events.OrderEvent)}


def _scripts_of(policy: str) -> list[str]:
    directives = (directive.split() for directive in policy.split(";"))
    return next(values for name, *values in directives if name == "script-src")
