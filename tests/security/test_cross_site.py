"""What other sites try: no form without its token, no page and no answer for them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters

from tests.people import Caller, a_customer, administrator, an_email, desk_clerk
from tests.security.raw import answered, asked

EVIL = "https://evil.example"
SAMPLES = {"uuid": "01a22668-37d7-72ec-8c25-14fd93452487", "int": "1", "path": "x/y"}
# They change nothing, and answer a POST with 405.
HARMLESS = ("/healthz/",)


def addresses(patterns: Any, before: str = "/") -> Iterator[str]:
    """Return an address for each view of the house, the admin's among them."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, before + filled(pattern))
        elif isinstance(pattern, URLPattern):
            yield before + filled(pattern)


def filled(pattern: Any) -> str:
    """Return the text of one pattern, with samples in place of its parameters."""
    text = str(pattern.pattern)
    names = {type(c): name for name, c in get_converters().items()}
    for parameter, converter in getattr(pattern.pattern, "converters", {}).items():
        kind = names[type(converter)]
        sample = SAMPLES.get(kind, "x")
        text = text.replace(f"<{kind}:{parameter}>", sample)
        text = text.replace(f"<{parameter}>", sample)
    return text


ALL = sorted({a for a in addresses(get_resolver().url_patterns) if "(" not in a})
PAGES = [a for a in ALL if not a.startswith(("/api/", *HARMLESS, "/metrics"))]
API = [a for a in ALL if a.startswith(("/api/", "/metrics"))]


def test_all_addresses_are_looked_at() -> None:
    for known in ("/sign-out", "/account", "/orders/new", "/sync/rebuild/x/x"):
        assert known in PAGES
    assert "/admin/access/user/add/" in PAGES
    assert "/api/command/orders" in API


def test_a_form_without_its_token_is_403_on_every_page(boss: Client) -> None:
    statuses = {page: boss.post(page, {"name": "x"}).status_code for page in PAGES}

    assert {page: told for page, told in statuses.items() if told != 403} == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_session_without_its_token_is_403_for_all_of_the_api(
    boss: Client, method: str
) -> None:
    answers = {
        address: boss.generic(method, address, b"{}", "application/json")
        for address in API
    }

    told = {a: (sent.status_code, sent["Content-Type"]) for a, sent in answers.items()}
    problem = (403, "application/problem+json")
    assert {address: got for address, got in told.items() if got != problem} == {}


def test_a_token_of_another_form_is_403(boss: Client) -> None:
    boss.cookies["csrftoken"] = "s" * 32

    for sent in ("", "t" * 32, "s" * 31, "s" * 64):
        assert boss.post("/sign-out", {"csrfmiddlewaretoken": sent}).status_code == 403


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://localhost.evil.example", "https://testserver:1"]
)
def test_the_right_token_from_another_origin_is_403(boss: Client, origin: str) -> None:
    boss.cookies["csrftoken"] = "s" * 32
    form = {"csrfmiddlewaretoken": "s" * 32}

    assert boss.post("/sign-out", form, headers={"Origin": origin}).status_code == 403


def test_a_program_with_its_token_needs_none() -> None:
    known = desk_clerk()
    clerk = Caller(known.user, known.token, Client(enforce_csrf_checks=True))

    answer = clerk.post("/api/customers", {"name": "Ada", "email": an_email()})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/api/query/orders", "/static/app.css", "/healthz/live"]
)
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_no_other_site_is_let_in(web: str, method: str, path: str) -> None:
    asks = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: a")
    bearer = f"Authorization: Bearer {desk_clerk().token}"

    answer = answered(web, asked(method, path, f"Origin: {EVIL}", bearer, *asks))

    names = {name for name, _ in answer.headers}
    assert not {name for name in names if name.startswith("access-control-")}
    assert answer.header("cross-origin-resource-policy") == "same-origin"


@pytest.fixture(scope="module")
def boss(services: object, django_db_blocker: Any) -> Client:
    with django_db_blocker.unblock():
        a_customer()
        client = Client(enforce_csrf_checks=True)
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(administrator().user, backend=backend)
        return client
