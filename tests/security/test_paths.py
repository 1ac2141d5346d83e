"""Spellings of paths: never a 500, and nothing that the role may not see."""

import pytest

from tests.pages.visiting import signed_in
from tests.people import a_customer, desk_clerk, linked_to
from tests.security.kinds import cookie
from tests.security.raw import answered, asked

TRICKS: list[str | bytes] = [
    "//api/me",
    "/api/../admin/",
    "/api/%2e%2e/admin/",
    "/api/..;/admin/",
    "/healthz/../metrics",
    "/healthz/live/..%2f..%2fmetrics",
    "/%2e%2e/",
    "/./sync",
    "/sync/.",
    "/sync.",
    "/sync;x=1",
    "/sync%3bx=1",
    "/sync%00",
    "/sync%00.css",
    "/sync%20",
    "/sync%0a",
    "/sync%0d%0aX: y",
    "/sync\\",
    "/SYNC",
    "/Admin/",
    "/admin%2f",
    "/admin%252f",
    "/%61dmin%2f..%2fsync",
    "/api/query/sales%2fdaily",
    "/api/query/sales/daily/",
    "/api/query//sales/daily",
    "/api/query/sales/daily;a=b",
    "/api/query/sales/daily%00",
    "/API/query/sales/daily",
    "/api;a/query/sales/daily",
    "/static/../../config/settings/__init__.py",
    "/static/%2e%2e/secret-key",
    "/static/..%2fsecret-key",
    "/static/%2e%2e%2fsecret-key",
    "/static/....//secret-key",
    "/static/%252e%252e/secret-key",
    "/static/..%5csecret-key",
    "/static/..%c0%afsecret-key",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/",
    "/static/app.css%00.js",
    "/orders/%ff%fe",
    "/orders/" + "a" * 30_000,
    "/" + "a/" * 10_000,
    "/api/query/orders/" + "0" * 30_000,
    b"/\xc0\xae\xc0\xae/sync",
    b"/%c0%ae%c0%ae/sync",
    b"/orders/\xff",
    b"/orders/\xe2\x80\xa8",
    b"/%ed%a0%80",
    b"/%f4%90%80%80",
]
# What these paths are spellings of shows this, to those who may see it.
FORBIDDEN = (b"projections", b"Administration of the orders", b"SECRET_KEY", b"root:x:")


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: repr(trick)[:40])
def test_a_customer_is_shown_nothing(web: str, customer: str, trick: str) -> None:
    for who in ((), (customer,)):
        answer = answered(web, asked("GET", trick, *who))

        assert answer.status in {302, 400, 401, 403, 404}
        assert not any(word in answer.body for word in FORBIDDEN)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: repr(trick)[:40])
def test_the_desk_is_shown_no_more_than_else(web: str, clerk: str, trick: str) -> None:
    answer = answered(web, asked("GET", trick, clerk))

    assert answer.status < 500
    assert not any(word in answer.body for word in FORBIDDEN[1:])


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "X"])
def test_a_method_of_no_use_is_refused(web: str, clerk: str, method: str) -> None:
    path = "localhost:80" if method == "CONNECT" else "/orders"

    answer = answered(web, asked(method, path, clerk))

    assert answer.status in {400, 403, 405}
    assert b"sessionid" not in answer.body  # what TRACE would tell


@pytest.fixture(scope="module")
def customer(web: str, django_db_blocker: pytest.FixtureRequest) -> str:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return cookie(signed_in(linked_to(a_customer())))


@pytest.fixture(scope="module")
def clerk(web: str, django_db_blocker: pytest.FixtureRequest) -> str:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return cookie(signed_in(desk_clerk()))
