"""What reaches the application, and what comes back, whatever the caller does."""

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from config.local.application import ROOT
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.processes import Command
from config.local.supervisor import Service
from tests.people import desk_clerk
from tests.services import environment_of, started
from tests.waiting import eventually

RAW = (
    b"POST /a%2Fb/%C3%A9%FF?q=%C3%A9&x=%FF HTTP/1.1\r\nHost: ex.org:99\r\n"
    b"X-Dup: 1\r\nX-Dup: 2\r\nCookie: a=1\r\nContent-Type: text/plain\r\n"
    b"Connection: close\r\n"
)
WORDS = """
    REQUEST_METHOD PATH_INFO SCRIPT_NAME QUERY_STRING CONTENT_TYPE HTTP_HOST HTTP_COOKIE
    HTTP_X_DUP REMOTE_ADDR SERVER_NAME SERVER_PROTOCOL body scheme
""".split()


@pytest.fixture(scope="module")
def echo(services: Embedded) -> Iterator[int]:
    """The small application behind the front."""
    yield from served(services, "asgi", "application")


@pytest.fixture(scope="module")
def peer(services: Embedded) -> Iterator[int]:
    """The same application behind granian's own WSGI."""
    yield from served(services, "wsgi", "plain")


def served(services: Embedded, interface: str, name: str) -> Iterator[int]:
    port = free_ports(1)[0]
    options = [f"--interface={interface}", f"--port={port}", "--no-ws"]
    options += ["--blocking-threads=1", "--log-level=error", "--workers-kill-timeout=2"]
    options += [f"tests.doors.echo:{name}"]
    command = Command(
        name=f"echo-{interface}",
        arguments=[sys.executable, "-m", "granian", *options],
        environment=environment_of(services),
        folder=ROOT,
    )
    service = Service(
        name=command.name, prepare=lambda: command, is_ready=lambda: listens(port)
    )
    with started(services, service):
        yield port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection((HOST, port), timeout=10) as caller:
        caller.sendall(request)
        answer = b""
        while part := caller.recv(65_536):
            answer += part
        return answer


def shown(answer: bytes) -> dict[str, str]:
    body: dict[str, str] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return {word: body.get(word, "") for word in WORDS}


def connected(
    where: int | str, timeout: float = 10
) -> closing[http.client.HTTPConnection]:
    netloc = urlsplit(where).netloc if isinstance(where, str) else f"{HOST}:{where}"
    return closing(http.client.HTTPConnection(netloc, timeout=timeout))


def got(connection, path, method="GET", headers=None):
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nabcde",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"Content-Length: 0\r\n\r\n",
        b"\r\n",
    ],
)
def test_a_request_is_worded_as_granians_own_wsgi_words_it(echo, peer, body):
    behind_the_front, behind_wsgi = raw(echo, RAW + body), raw(peer, RAW + body)

    assert shown(behind_the_front) == shown(behind_wsgi)


def test_a_body_in_chunks_has_a_length_in_the_end(echo):
    answer = raw(echo, RAW + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")

    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in told


def test_a_header_that_is_not_ascii_arrives_byte_by_byte(echo):
    answer = raw(echo, RAW + b"X-Bin: \xc3\xa9\xff\r\n\r\n")

    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["HTTP_X_BIN"].encode("latin-1") == b"\xc3\xa9\xff"


def test_a_header_that_is_given_twice_comes_back_twice(echo):
    with connected(echo) as connection:
        answer, _ = got(connection, "/")

    assert answer.headers.get_all("X-Twice") == ["1", "2"]


def test_a_head_says_how_long_the_answer_would_be_and_the_connection_goes_on(echo):
    with connected(echo) as connection:
        head, nothing = got(connection, "/hello", "HEAD")
        then, hello = got(connection, "/hello")

    assert (head.status, nothing) == (200, b"")
    assert (then.status, hello) == (200, b"hello")
    assert head.headers["Content-Length"] == "5"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_has_none_and_the_connection_goes_on(echo, status):
    with connected(echo) as connection:
        empty, nothing = got(connection, f"/status/{status}")
        then, _ = got(connection, "/")

    assert (empty.status, nothing, then.status) == (status, b"", 200)


def test_a_long_answer_comes_whole_and_in_order(echo):
    with connected(echo) as connection:
        _, body = got(connection, "/stream")

    assert body == b"".join(b"%09d\n" % number for number in range(100_000))


def test_who_leaves_in_the_middle_of_an_endless_answer_ends_it(echo):
    before = left(echo).count("closed")
    with socket.create_connection((HOST, echo), timeout=10) as caller:
        caller.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert caller.recv(1000)

    eventually(lambda: left(echo).count("closed") > before)


def test_the_thread_at_work_is_told_that_the_caller_has_gone(echo):
    with socket.create_connection((HOST, echo), timeout=10) as caller:
        caller.sendall(b"GET /until-gone?it-was-me HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually(lambda: "here: it-was-me" in left(echo))

    eventually(lambda: "gone: it-was-me" in left(echo))


def test_callers_who_stall_in_their_body_hold_nobody_up(web):
    clerk = desk_clerk()
    with ExitStack() as open_for_now:
        for _ in range(20):
            stalled = stalling(web, clerk.headers["Authorization"])
            open_for_now.enter_context(stalled)

        connection = open_for_now.enter_context(connected(web, timeout=1))
        answer, _ = got(connection, "/api/me", headers=clerk.headers)

    assert answer.status == 200


def test_a_body_that_does_not_arrive_is_408_and_the_connection_is_closed(web):
    with stalling(web, desk_clerk().headers["Authorization"]) as caller:
        answer = b""
        while part := caller.recv(65_536):
            answer += part

    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"content-type: application/problem+json" in head
    assert problem["type"] == "/problems/request-timeout"
    assert problem["requestId"] == "stalled-for-good"


def test_a_body_that_is_too_large_is_413_on_a_connection_that_goes_on(web):
    headers = {**desk_clerk().headers, "Content-Type": "application/json"}
    with connected(web) as connection:
        connection.request("POST", "/api/customers", b" " * 1_000_001, headers)
        refused = connection.getresponse()
        problem = json.loads(refused.read())
        then, _ = got(connection, "/api/me", headers=headers)

    assert (refused.status, problem["type"]) == (413, "/problems/too-large")
    assert then.status == 200


def stalling(web: str, authorization: str) -> socket.socket:
    """Send all of a request but the last of its body."""
    host, port = urlsplit(web).netloc.split(":")
    caller = socket.create_connection((host, int(port)), timeout=10)
    caller.sendall(
        b"POST /api/customers HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 1000\r\n"
        b"X-Request-Id: stalled-for-good\r\n"
        b"Authorization: " + authorization.encode() + b'\r\n\r\n{"name": '
    )
    return caller


def left(port: int) -> list[str]:
    with connected(port) as connection:
        found: list[str] = json.loads(got(connection, "/left")[1])
        return found
