"""Requests that a proxy and this server could read differently: one answer at most."""

import pytest

from tests.security.raw import answered, sent

POST = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
NONE = b"0\r\n\r\n"
REFUSED = {
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=bcd",
    "a list of lengths": POST + b"Content-Length: 3, 5\r\n\r\na=b",
    "a length with a sign": POST + b"Content-Length: +3\r\n\r\na=b",
    "a negative length": POST + b"Content-Length: -3\r\n\r\na=b",
    "an endless length": POST + b"Content-Length: 99999999999999999999\r\n\r\na=b",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + NONE,
    "one coding too many": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + NONE,
    "chunks, then not": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + NONE,
    "no coding at all": POST + b"Transfer-Encoding: identity\r\n\r\na=b",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + NONE,
    "a vertical tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + NONE,
    "a size that is none": POST + CHUNKED + b"\r\nzz\r\na=b\r\n" + NONE,
    "a negative size": POST + CHUNKED + b"\r\n-1\r\na=b\r\n" + NONE,
    "a size with a prefix": POST + CHUNKED + b"\r\n0x3\r\na=b\r\n" + NONE,
    "an endless size": POST + CHUNKED + b"\r\nfffffffffffffffffff\r\na=b\r\n" + NONE,
    "a size too small": POST + CHUNKED + b"\r\n2\r\na=b\r\n" + NONE,
    "sizes that end in LF": POST + CHUNKED + b"\r\n3\na=b\n0\n\n",
    "a folded header": GET + b"X-A: b\r\n c\r\n\r\n",
    "a bare CR": GET + b"X-A: b\rTransfer-Encoding: chunked\r\n\r\n",
    "a zero byte": GET + b"X-A: b\0c\r\n\r\n",
    "a name of two words": GET + b"X A: b\r\n\r\n",
    "no colon": GET + b"nonsense\r\n\r\n",
    "HTTP/0.9": b"GET /healthz/live\r\n\r\n",
    "HTTP/2.0": b"GET /healthz/live HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "a method of no letters": b"G\xc3\xa9T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space in the path": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_ambiguous_is_400_and_the_connection_ends(web: str, name: str) -> None:
    told = sent(web, REFUSED[name] + SMUGGLED)

    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "first", [b"Content-Length: 6\r\n" + CHUNKED, CHUNKED + b"Content-Length: 6\r\n"]
)
def test_a_length_beside_chunks_counts_for_nothing_and_the_connection_ends(
    web: str, first: bytes
) -> None:
    told = sent(web, POST + first + b"\r\n" + NONE + SMUGGLED)

    assert told.startswith(b"HTTP/1.1 403 ")  # the form's token is missing
    assert told.count(b"HTTP/1.1 ") == 1


def test_one_length_said_twice_is_one_length(web: str) -> None:
    twice = b"Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b"

    told = sent(web, POST + twice + GET + b"Connection: close\r\n\r\n")

    assert told.count(b"HTTP/1.1 ") == 2
    assert b'{"status": "ok"}' in told


def test_the_language_of_http_2_is_not_spoken(web: str) -> None:
    assert b"HTTP/1.1 2" not in sent(
        web, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED
    )


def test_headers_without_end_are_431(web: str) -> None:
    lines = b"".join(b"X-%d: a\r\n" % number for number in range(500))

    assert answered(web, GET + lines + b"\r\n").status == 431
