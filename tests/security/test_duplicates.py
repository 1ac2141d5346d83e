"""What is said twice is not said: two readers would each believe another one."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.orders import an_order, order_body
from tests.people import Caller, a_customer, administrator, an_email, desk_clerk

TWICE = {
    "a field": b'{"name": "Ada", "name": "Eve", "email": "%s"}',
    "a field, escaped": b'{"name": "Ada", "n\\u0061me": "Eve", "email": "%s"}',
    "an unknown field": b'{"name": "Ada", "email": "%s", "x": 1, "x": 2}',
}


@pytest.mark.parametrize("name", TWICE)
def test_a_field_that_is_there_twice_is_400(name: str) -> None:
    body = TWICE[name].replace(b"%s", an_email().encode())

    answer = desk_clerk().post("/api/customers", body)

    assert answer.status_code == 400
    assert "is there twice" in answer.json()["detail"]


def test_a_field_of_an_item_that_is_there_twice_is_400() -> None:
    item = b'{"productId": "tea", "quantity": 1, "price": 100, "price": 0}'
    customer_id = str(a_customer()).encode()
    body = b'{"customerId": "%s", "items": [%s]}' % (customer_id, item)

    answer = desk_clerk().post("/api/command/orders", body)

    assert answer.status_code == 400
    assert "'price' is there twice" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "orders?limit=1&limit=200",
        "orders?customerId=1&customerId=2",
        "orders?cursor=a&cursor=b",
        "orders?q=tea&q=milk",
        "orders?ordering=total&ordering=-total",
        "events?after=1&after=2",
        "sales/daily?from=2026-01-01&from=2026-01-02",
    ],
)
def test_a_parameter_that_is_there_twice_is_400(query: str) -> None:
    answer = administrator().get(f"/api/query/{query}")

    assert answer.status_code == 400


@pytest.mark.parametrize("parameter", ["q", "limit", "cursor"])
def test_a_parameter_of_customers_that_is_there_twice_is_400(parameter: str) -> None:
    answer = desk_clerk().get(f"/api/customers?{parameter}=1&{parameter}=2")

    assert answer.status_code == 400


HEADERS: dict[str, tuple[list[str], int]] = {
    "two tokens": (["Authorization: Bearer x"], 401),
    "two conditions": (['If-Match: "1"', 'If-Match: "2"'], 400),
    "two hosts": (["Host: example.com"], 400),
    "two types": (["Content-Type: text/plain"], 415),
    "two lengths": (["Content-Length: 1"], 400),
    "a length and chunks": (["Transfer-Encoding: xchunked"], 400),
    "two places in the log": (["Consistency-Token: 1", "Consistency-Token: 2"], 200),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_there_twice_is_refused(name: str, web: str) -> None:
    more, status = HEADERS[name]
    order_id = an_order(a_customer()).order_id

    answer = posted(web, f"/api/command/orders/{order_id}/confirm", b"{}", more)

    assert answer.split(b" ")[1] == str(status).encode(), answer


def test_two_keys_are_one_key_of_both(web: str) -> None:
    """RFC 9110 joins them with a comma; so the pair is as good a name as any."""
    caller, body = administrator(), order_body(a_customer())
    keys = ["Idempotency-Key: a", "Idempotency-Key: b"]

    first = posted(web, "/api/command/orders", body, keys, caller)
    again = posted(web, "/api/command/orders", body, ["Idempotency-Key: a,b"], caller)
    other = posted(web, "/api/command/orders", body, ["Idempotency-Key: a"], caller)

    assert b"idempotency-replayed" not in first
    assert b"idempotency-replayed: true" in again
    assert b"idempotency-replayed" not in other


@pytest.mark.parametrize(
    "header", ["X_Forwarded_Proto: https", "Idempotency_Key: k", "If_Match: nonsense"]
)
def test_an_underscore_does_not_pass_for_a_hyphen(header: str, web: str) -> None:
    caller, body = administrator(), order_body(a_customer())

    answers = [posted(web, "/api/command/orders", body, [header], caller) for _ in "12"]

    assert [answer.split(b" ")[1] for answer in answers] == [b"201", b"201"]
    assert all(b"idempotency-replayed" not in answer for answer in answers)


def test_a_length_beside_chunks_is_not_believed(web: str) -> None:
    """The whole body is read, so what follows is no request of somebody else's."""
    caller, email = desk_clerk(), an_email()
    body = f'{{"name": "Ada", "email": "{email}"}}'.encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    lines = ["Content-Length: 3", "Transfer-Encoding: chunked"]

    answer = raw(web, request("/api/customers", lines, caller) + chunked)

    assert answer.count(b"HTTP/1.1") == 1
    assert answer.startswith(b"HTTP/1.1 201 ")


def posted(
    web: str, path: str, body: Any, more: list[str], caller: Caller | None = None
) -> bytes:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"Content-Length: {len(sent)}", *more]
    return raw(web, request(path, lines, caller or administrator()) + sent)


def request(path: str, lines: list[str], caller: Caller) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        f"Authorization: Bearer {caller.token}",
        "Content-Type: application/json",
        *lines,
    ]
    return "\r\n".join([*head, "", ""]).encode()


def raw(web: str, sent: bytes) -> bytes:
    host, port = urlsplit(web).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as caller:
        caller.sendall(sent)
        answer = b""
        while part := caller.recv(65_536):
            answer += part
        return answer.lower().replace(b"http/1.1", b"HTTP/1.1")
