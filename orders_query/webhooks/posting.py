"""One try: a request to the very address that was checked, within its time.

No redirect is followed, no proxy asked, and of the answer only the head is read.
"""

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any

from orders_query.webhooks import addresses
from orders_query.webhooks.addresses import LookUp, Refused, Unknown
from orders_query.webhooks.targets import BadUrl, Target, target_of

CONNECT_SECONDS = 5.0  # to one address
MOST_ADDRESSES = 3
MAX_HEAD = 65_536  # bytes of an answer that are looked at


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a try, in constant words; `status` is 0 without an answer."""

    status: int = 0
    told: str
    retry_after: float | None = None  # seconds

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How long a try may take in all, and whether it may stay on this machine."""

    seconds: float
    may_be_private: bool = False
    look_up: LookUp = addresses.look_up


def post(url: str, headers: Mapping[str, str], body: bytes, rules: Rules) -> Answer:
    """Send a webhook once, and return what came of it; nothing is raised."""
    until = time.monotonic() + rules.seconds
    try:
        target = target_of(url, may_be_plain=rules.may_be_private)
        found = addresses.addresses_of(
            target.host,
            target.port,
            seconds=rules.seconds,
            may_be_private=rules.may_be_private,
            look_up=rules.look_up,
        )
        with _connected(target, found[:MOST_ADDRESSES], until) as connection:
            return _asked(connection, target, headers, body, until)
    except tuple(_TOLD) as error:
        return Answer(told=next(_TOLD[k] for k in _TOLD if isinstance(error, k)))


# The first that fits: a time-out and a failure of TLS are errors of the system too.
_TOLD: dict[type[Exception], str] = {
    BadUrl: "bad URL",
    Refused: "private address",
    Unknown: "no such name",
    TimeoutError: "timed out",
    ssl.SSLError: "TLS failed",
    HTTPException: "not an answer",
    OSError: "no connection",
    ValueError: "not an answer",
}


@contextlib.contextmanager
def _connected(
    target: Target, found: list[str], until: float
) -> Iterator[socket.socket]:
    plain = _first(found, target.port, until)
    with plain:
        if not target.is_secure:
            yield plain
            return
        plain.settimeout(_left(until))
        context = ssl.create_default_context()
        with context.wrap_socket(plain, server_hostname=target.host) as secure:
            yield secure


def _first(found: Iterable[str], port: int, until: float) -> socket.socket:
    """Connect to the first address that answers: numbers, which nobody looks up."""
    error: OSError = ConnectionError()
    for address in found:
        try:
            seconds = min(CONNECT_SECONDS, _left(until))
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as failed:
            error = failed
    raise error


def _asked(
    connection: socket.socket,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    until: float,
) -> Answer:
    lines = {
        "Host": target.host_header,
        **headers,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"POST {target.path} HTTP/1.1\r\n{head}\r\n"
    connection.settimeout(_left(until))
    connection.sendall(request.encode("ascii") + body)
    said: Any = _Said(connection, until)
    with HTTPResponse(said, method="POST") as response:
        response.begin()
        return Answer(
            status=response.status,
            told=f"answered {response.status}",
            retry_after=retry_after(response.getheader("Retry-After"), now=time.time),
        )


def retry_after(word: str | None, *, now: Callable[[], float]) -> float | None:
    """Return how many seconds a receiver asks for, as a number or as a date."""
    if word is None:
        return None
    if word.isascii() and word.isdigit():
        return float(word[:9])
    try:
        return max(0.0, parsedate_to_datetime(word).timestamp() - now())
    except (ValueError, OverflowError):
        return None


class _Said(io.RawIOBase):
    """What a receiver says, as long as there is time and as far as it is wanted."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._read > MAX_HEAD:
            raise HTTPException
        self._connection.settimeout(_left(self._until))
        count = self._connection.recv_into(buffer)
        self._read += count
        return count

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(self)


def _left(until: float) -> float:
    """
    Return the seconds that are left.

    :raises TimeoutError: if none are
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
