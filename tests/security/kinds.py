"""One request for each kind of answer."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from config.access.models import METRICS, READ, WRITE, User, issue_token
from tests.pages.visiting import placed, signed_in
from tests.people import PASSWORD, a_customer, administrator, desk_clerk
from tests.security.raw import HOST, asked

FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
ORIGIN = f"Origin: https://{HOST}"
CHUNKED = "Transfer-Encoding: chunked"
ORDERS = "/api/query/orders"
CHANGES = "/api/query/orders/changes"
SECRET = "s" * 32
CSRF = f"Cookie: csrftoken={SECRET}; __Host-csrftoken={SECRET}"

Made = dict[str, bytes]


def requests() -> Made:
    customer_id = a_customer()
    order = placed(customer_id)
    orders = f"{ORDERS}?customerId={customer_id}"  # on one page, whoever has ordered
    clerk, boss = desk_clerk(), administrator()
    metrics = issue_token(boss.user, scopes=(READ, WRITE, METRICS)).text
    right = _right(clerk.user)  # first: a new password ends sessions and tokens
    bearer = f"Authorization: Bearer {issue_token(clerk.user).text}"
    session, staff = (cookie(signed_in(caller)) for caller in (clerk, boss))
    htmx = ("HX-Request: true", "HX-Target: results")
    guess = f"username=nobody-{uuid4().hex}&password=guess&csrfmiddlewaretoken={SECRET}"
    address = f"{ORDERS}/{order.order_id}"
    form = (FORM, CSRF, f"Referer: https://{HOST}/sign-in")
    return {
        "page": asked("GET", "/orders", session),
        "page, head alone": asked("HEAD", "/orders", session),
        "fragment": asked("GET", "/orders", session, *htmx),
        "sign-in page": asked("GET", "/sign-in"),
        "signed in": asked("POST", "/sign-in", *form, body=right),
        "redirect": asked("GET", "/orders"),
        "page, refused": asked("GET", "/orders?from=yesterday", session),
        "page, unknown": asked("GET", "/nowhere", session),
        "page, without its CSRF token": asked("POST", "/sign-out", session),
        "page, asked too often": asked("POST", "/sign-in", *form, body=guess.encode()),
        "page, broken": asked("GET", "/broken", session),
        "page, away": asked("GET", "/away", session),
        "page, unknown host": asked("GET", "/", host="evil.example"),
        "csv": asked("GET", f"/orders.csv?customer={customer_id}", session),
        "admin": asked("GET", "/admin/", staff),
        "docs": asked("GET", "/api/docs", session),
        "static": asked("GET", "/static/app.css"),
        "static, hashed": asked("GET", _hashed("app.css")),
        "static, unknown": asked("GET", "/static/nothing.css"),
        "api": asked("GET", orders, bearer),
        "api, by a session": asked("GET", orders, session),
        "api, head alone": asked("HEAD", address, bearer),
        "api, options": asked("OPTIONS", ORDERS, bearer),
        "api, 304": asked("GET", address, bearer, "If-None-Match: *"),
        "api, 204": _erasing(bearer),
        "api, 400": asked("GET", f"{ORDERS}?colour=red", bearer),
        "api, 401": asked("GET", ORDERS),
        "api, 403": asked("GET", "/metrics", bearer),
        "api, 404": asked("GET", "/api/nowhere", bearer),
        "api, 405": asked("PUT", ORDERS, bearer),
        "api, 413": asked(
            "POST", "/api/customers", bearer, JSON, body=b" " * 1_000_001
        ),
        "api, broken": asked("GET", "/api/broken", bearer),
        "api, away": asked("GET", "/api/away", bearer),
        "api, unknown host": asked("GET", ORDERS, bearer, host="evil.example"),
        "schema": asked("GET", "/api/schema", bearer),
        "stream": asked("GET", CHANGES, session, "Accept: text/event-stream"),
        "health": asked("GET", "/healthz/live"),
        "metrics": asked("GET", "/metrics", f"Authorization: Bearer {metrics}"),
        "408": asked("POST", "/api/customers", "Content-Length: 9"),
        "400 by the front": asked("POST", "/sign-in", CHUNKED) + b"zz\r\n",
        "400 by granian": asked("GET", "/", "Content-Length: minus"),
    }


def cookie(client: Client) -> str:
    """Return the session's cookie, by the name that it has with TLS and without."""
    session: Any = client.cookies["sessionid"].value
    return f"Cookie: sessionid={session}; __Host-sessionid={session}"


def _right(user: User) -> bytes:
    """Return the form with which somebody signs in, and a password for them."""
    user.set_password(PASSWORD)
    user.save()
    named = {"username": user.username, "password": PASSWORD}
    return urlencode({**named, "csrfmiddlewaretoken": SECRET}).encode()


def _erasing(bearer: str) -> bytes:
    return asked("DELETE", f"/api/customers/{a_customer()}", bearer)


def _hashed(name: str) -> str:
    return str(staticfiles_storage.url(name))
