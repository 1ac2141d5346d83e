"""A client that asks as fast as it is answered, and takes little of the machine for it.

It is a process of its own with keep-alive connections; its requests are ready bytes.
"""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context

CONNECTIONS = 8
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_ID = re.compile(rb'"(?:orderId|id)": ?"([0-9a-f-]{36})"')


@dataclass(kw_only=True)
class Load:
    """What came of it: times in s, what was refused, and the ids of what was made."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def load(
    port: int, requests: list[bytes], *, seconds: float, repeats: bool = True
) -> Load:
    """Send the requests in turn for so long, from the first again if one `repeats`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, port, requests, seconds, repeats).result()


def request(
    method: str, path: str, *, token: str, body: bytes = b"", **headers: str
) -> bytes:
    """Return a request as it is sent."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: {token}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(eq=False, kw_only=True)
class _Line:
    """One connection: what it has got of its answer, and since when it waits."""

    port: int
    server: socket.socket = field(init=False)
    got: bytes = b""
    since: float = 0.0

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.server = socket.create_connection(("127.0.0.1", self.port))
        self.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, wanted: bytes) -> None:
        self.got = b""
        self.since = time.perf_counter()
        self.server.sendall(wanted)

    def is_complete(self) -> bool:
        head = self.got.find(b"\r\n\r\n")
        if head < 0:
            return False
        length = _LENGTH.search(self.got, 0, head)
        if length is None:
            raise SystemExit(f"an answer without a length: {self.got[:head]!r}")
        return len(self.got) >= head + 4 + int(length[1])


def _run(
    port: int,
    requests: list[bytes],
    seconds: float,
    repeats: bool,  # noqa: FBT001 - it is pickled
) -> Load:
    done, source = Load(), cycle(requests) if repeats else iter(requests)
    began, used = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            line = _Line(port=port)
            line.ask(next(source))
            selector.register(line.server, selectors.EVENT_READ, line)
        while selector.get_map():
            for key, _ in selector.select():
                _answered(key.data, selector, source, done, began + seconds)
    done.seconds = time.perf_counter() - began
    done.cpu_seconds = time.process_time() - used
    return done


def _answered(
    line: _Line,
    selector: selectors.BaseSelector,
    source: Iterator[bytes],
    done: Load,
    until: float,
) -> None:
    part = line.server.recv(262_144)
    if not part:
        raise SystemExit("a server has hung up")
    line.got += part
    if not line.is_complete():
        return
    now = time.perf_counter()
    done.times.append(now - line.since)
    if line.got[9:10] != b"2":
        done.refused.append(line.got[:400])
    elif line.got[9:12] == b"201" and (found := _ID.search(line.got)):
        done.ids.append(found[1].decode())
    following = next(source, None) if now < until else None
    if following is None or _CLOSE.search(line.got):
        selector.unregister(line.server)
        line.server.close()
        if following is None:
            return
        line.connect()
        selector.register(line.server, selectors.EVENT_READ, line)
    line.ask(following)
