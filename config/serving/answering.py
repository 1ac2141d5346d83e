"""Runs Django for one request, in a thread, and takes its answer apart."""

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from config.serving.asgi import Headers, Send, send_part, send_start
from config.serving.environ import Environ
from config.serving.holds import HEADER, Hold

Django = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

BLOCK = 65_536
STALLED_SECONDS = 30.0  # a reader who takes nothing for so long holds no thread longer


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Django answers; `body` is None if it has been sent already, in parts."""

    status: int
    headers: Headers
    body: bytes | None
    hold: Hold | None = None


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """How a thread sends what is too large to be handed over in one piece."""

    loop: AbstractEventLoop
    send: Send
    gone: threading.Event

    def start(self, status: int, headers: Headers) -> None:
        self._do(send_start(self.send, status, headers))

    def part(self, body: bytes, *, more: bool) -> None:
        self._do(send_part(self.send, body, more=more))

    def _do(self, sending: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(sending, self.loop)
        try:
            future.result(STALLED_SECONDS)
        except TimeoutError:
            future.cancel()
            self.gone.set()


def answer(django: Django, environ: Environ, outlet: Outlet) -> Answer:
    """Return the answer; what is longer than a block goes out through the outlet."""
    start = _Start()
    response = django(environ, start)
    try:
        return _taken(start, response, outlet)
    finally:
        close = getattr(response, "close", None)
        if close is not None:
            close()


class _Start:
    """WSGI's start_response, which only takes note."""

    status = 500
    headers: list[tuple[str, str]] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> None:
        self.status = int(status[:3])
        self.headers = headers


def _taken(start: _Start, response: Iterable[bytes], outlet: Outlet) -> Answer:
    headers, hold = _for_the_caller(start.headers)
    if not getattr(response, "streaming", False):
        body = b"".join(response)
        return Answer(status=start.status, headers=headers, body=body, hold=hold)
    blocks = _blocks(response)
    first, second = next(blocks, b""), next(blocks, None)
    if second is None:
        return Answer(status=start.status, headers=headers, body=first)
    outlet.start(start.status, headers)
    _send(outlet, first, second, blocks)
    return Answer(status=start.status, headers=headers, body=None)


def _send(outlet: Outlet, first: bytes, second: bytes, rest: Iterator[bytes]) -> None:
    outlet.part(first, more=True)
    outlet.part(second, more=True)
    for block in rest:
        if outlet.gone.is_set():
            return
        outlet.part(block, more=True)
    outlet.part(b"", more=False)


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Put small parts together: each way to the event loop and back has its price."""
    gathered, size = [], 0
    for part in parts:
        gathered.append(part)
        size += len(part)
        if size >= BLOCK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _for_the_caller(headers: list[tuple[str, str]]) -> tuple[Headers, Hold | None]:
    hold, told = None, []
    for name, value in headers:
        if name == HEADER:
            hold = Hold.parse(value)
        else:
            told.append((name.encode("latin-1"), value.encode("latin-1")))
    return told, hold
