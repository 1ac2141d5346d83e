"""Whatever goes wrong under /api/ is told as problem+json."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from tests.people import an_email, desk_clerk

MEMBERS = {"type", "title", "status", "detail", "requestId"}


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) - {"errors"} == MEMBERS
    assert body["type"] == f"/problems/{code}"
    assert body["status"] == status
    assert body["requestId"] == response["X-Request-Id"]
    return body


def test_an_unknown_address_is_not_found() -> None:
    refused(desk_clerk().get("/api/nowhere"), 404, "not-found")


def test_a_stranger_learns_nothing_of_addresses() -> None:
    for path in ("/api/nowhere", "/api/customers", "/api/me", "/api/schema"):
        response = Client().get(path)
        refused(response, 401, "unauthenticated")
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_method_that_is_not_there_is_405_with_allow() -> None:
    response = desk_clerk().send("PUT", "/api/customers", {})

    refused(response, 405, "method-not-allowed")
    assert "POST" in response["Allow"]


def test_a_large_body_is_413() -> None:
    body = b'{"name": "' + b"a" * 10_000_000 + b'"}'

    refused(desk_clerk().post("/api/customers", body), 413, "too-large")


def test_a_large_body_without_a_length_is_413() -> None:
    clerk = desk_clerk()
    unknown: Any = {"wsgi.input": BytesIO(b" " * 1_000_001), "CONTENT_LENGTH": ""}
    response = clerk.client.post(
        "/api/customers",
        headers={**clerk.headers, "Transfer-Encoding": "chunked"},
        **unknown,
    )

    refused(response, 413, "too-large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
    ],
)
def test_anything_but_json_is_415(content_type: str) -> None:
    clerk = desk_clerk()
    response = clerk.client.post(
        "/api/customers", b"{}", content_type, headers=clerk.headers
    )

    refused(response, 415, "unsupported-media-type")


def test_not_json_is_400_and_names_the_place() -> None:
    body = refused(desk_clerk().post("/api/customers", b'{"a"'), 400, "bad-request")

    assert "line 1, column" in body["detail"]


def test_an_unknown_host_is_400() -> None:
    response = Client().get("/api/me", headers={"Host": "evil.example"})

    refused(response, 400, "bad-request")


@pytest.mark.urls("tests.doors.broken_urls")
def test_what_nobody_foresaw_is_500_without_a_trace() -> None:
    clerk = desk_clerk()
    clerk.client.raise_request_exception = False

    body = refused(clerk.get("/api/broken"), 500, "internal-error")

    assert "secret" not in str(body)


def test_accept_never_makes_406() -> None:
    response = desk_clerk().get("/api/customers", Accept="text/html")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_answers_are_private_and_vary() -> None:
    response = desk_clerk().get("/api/customers")

    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "Authorization, Cookie, Consistency-Token"


def test_the_callers_request_id_is_kept_if_it_will_do() -> None:
    for offered, kept in (("abcd-1234", True), ("short", False), ("a b" * 9, False)):
        response = Client().get("/healthz/live", headers={"X-Request-Id": offered})
        assert (response["X-Request-Id"] == offered) is kept


def test_options_and_head_behave() -> None:
    clerk = desk_clerk()

    assert clerk.send("HEAD", "/api/customers").content == b""
    options = clerk.send("OPTIONS", "/api/customers")
    assert options.status_code == 200
    assert "POST" in options["Allow"]


def test_a_refused_request_stores_nothing() -> None:
    clerk, email = desk_clerk(), an_email()

    clerk.post("/api/customers", {"name": "A", "email": email, "more": 1})

    assert clerk.get(f"/api/customers?q={email}").json() == []
