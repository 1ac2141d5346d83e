"""Who is slow, or says nothing, holds nobody up and is let go."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from tests.doors.test_front import connected, echo, got, raw
from tests.people import desk_clerk
from tests.services import environment_of, started

__all__ = ["echo"]

STALLED = {
    "says nothing": b"",
    "says half a line": b"GET /api/me HT",
    "never ends its headers": b"GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n",
    "never sends its body": b"POST /api/customers HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n",
    "never ends its chunks": b"POST /api/customers HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "asks for no more": b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
MANY = 100


@pytest.fixture(scope="module")
def impatient(services: Embedded) -> Iterator[int]:
    """Run the web server as it is started everywhere, with less patience."""
    port = free_ports(1)[0]
    environment = {
        **environment_of(services),
        "WEB_PROCESSES": "1",
        "HEADER_SECONDS": "1",
        "BODY_SECONDS": "1",
    }
    with started(services, application.web(environment, port=port)):
        yield port


@pytest.mark.parametrize("how", STALLED)
def test_who_stalls_is_let_go(how: str, impatient: int) -> None:
    with socket.create_connection((HOST, impatient), timeout=10) as caller:
        caller.sendall(STALLED[how])
        answer = b""
        while part := caller.recv(65_536):
            answer += part

    said = answer.partition(b"\r\n")[0].split(b" ")
    assert said[1:2] in ([], [b"408"], [b"200"])


def test_many_who_stall_hold_nobody_up(impatient: int) -> None:
    clerk = desk_clerk()
    with ExitStack() as open_for_now:
        for sent in STALLED.values():
            for _ in range(MANY):
                caller = socket.create_connection((HOST, impatient), timeout=10)
                open_for_now.enter_context(caller)
                caller.sendall(sent)
        connection = open_for_now.enter_context(connected(impatient, timeout=5))
        answer, _ = got(connection, "/api/me", headers=clerk.headers)

    assert answer.status == 200


def test_who_does_not_read_a_long_answer_holds_nobody_up(echo: int) -> None:
    with ExitStack() as open_for_now:
        for _ in range(8):
            caller = socket.create_connection((HOST, echo), timeout=10)
            open_for_now.enter_context(caller)
            caller.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        refused = eventually_refused(echo)
        problem = refusal_of(echo, "/api/endless")
        connection = open_for_now.enter_context(connected(echo, timeout=5))
        answer, hello = got(connection, "/hello")

    assert (answer.status, hello) == (200, b"hello")
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in refused
    assert (problem["status"], problem["type"]) == (503, "/problems/unavailable")


def test_an_event_stream_that_nobody_reads_holds_nobody_up(web: str) -> None:
    clerk = desk_clerk()
    host, port = urlsplit(web).netloc.split(":")
    lines = "GET /api/query/orders/changes HTTP/1.1\r\nHost: localhost\r\n"
    lines += f"Accept: text/event-stream\r\nAuthorization: Bearer {clerk.token}\r\n\r\n"
    with ExitStack() as open_for_now:
        for _ in range(MANY):
            caller = socket.create_connection((host, int(port)), timeout=10)
            open_for_now.enter_context(caller)
            caller.sendall(lines.encode())
        connection = open_for_now.enter_context(connected(web, timeout=5))
        answer, _ = got(connection, "/api/me", headers=clerk.headers)

    assert answer.status == 200


TOO_MUCH = {
    "an address of 70,000": ("GET", "/" + "a" * 70_000, {}, {414}),
    "101 headers": ("GET", "/", {f"X-{n}": "1" for n in range(101)}, {431}),
    "a header of 400,000": ("GET", "/", {"X-A": "a" * 400_000}, {431}),
    "a control character": ("GET", "/", {"X-A": "a\x01b"}, {400}),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_request_beyond_the_bounds_is_refused_by_the_server(
    what: str, impatient: int
) -> None:
    method, path, headers, statuses = TOO_MUCH[what]
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]

    answer = raw(impatient, "\r\n".join([*lines, "", ""]).encode())

    assert int(answer.split(b" ")[1]) in statuses


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
)
def test_a_request_that_two_servers_could_part_otherwise_is_400(
    sent: bytes, impatient: int
) -> None:
    assert raw(impatient, sent).startswith(b"HTTP/1.1 400 ")


def test_http_2_is_left_to_the_proxy(impatient: int) -> None:
    answer = raw(impatient, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

    assert b"\x00\x00" not in answer  # no frame of settings


def refusal_of(port: int, path: str) -> dict[str, Any]:
    """Return what a program is told in place of a long answer."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as asked:
        asked.request("GET", path)
        answer = asked.getresponse()
        assert answer.headers["Content-Type"] == "application/problem+json"
        told: dict[str, Any] = json.loads(answer.read())
        return told


def eventually_refused(port: int) -> bytes:
    """Ask for one more long answer until the server has taken as many as it takes."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as asked:
            asked.request("GET", "/endless")
            answer = asked.getresponse()
            if answer.status == 503:
                head = f"HTTP/1.1 503 \r\nretry-after: {answer.headers['Retry-After']}"
                answer.read()
                return head.encode()
            answer.close()
    raise AssertionError("whoever asks for a long answer gets one")
