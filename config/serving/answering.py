"""Runs Django for one request, in a thread, and takes its answer apart."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

from config import problems
from config.serving.asgi import Headers, Send, send_part, send_start
from config.serving.environ import Environ
from config.serving.holds import HEADER, Hold
from config.serving.requests import Request

Django = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

BLOCK = 65_536
NO_BANNER = (b"server", b"")  # else granian names itself
BUSY = "Too many long answers are under way. Try again shortly."
_OF_THE_BODY = {b"Content-Type", b"Content-Disposition", b"Consistency-Token"}
WHOLE_AT_MOST = 2_000_000  # bytes that are handed over at once
STALLED_SECONDS = 30.0  # a reader who takes nothing for so long holds no thread longer


@dataclass(slots=True)
class Answer:
    """What Django answers; `body` is None if it has been sent already, in parts."""

    status: int
    headers: Headers
    body: bytes | None
    hold: Hold | None = None


def answer(
    django: Django, request: Request, outlets: threading.Semaphore, **more: Any
) -> Answer:
    """
    Return the answer; one that is longer than a block is sent part by part.

    A reader who is slow holds a thread then, so there are only so many outlets.
    """
    start = _Start()
    response = django(request.environ(**more), start)
    try:
        return _taken(start, response, request, outlets)
    finally:
        close = getattr(response, "close", None)
        if close is not None:
            close()


async def give(send: Send, answer: Answer) -> None:
    """Send the whole answer, unless a thread has done it."""
    if answer.body is not None:
        await send_start(send, answer.status, answer.headers)
        await send_part(send, answer.body, more=False)


class _Start:
    """WSGI's start_response, which only takes note."""

    status = 500
    headers: list[tuple[str, str]] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> None:
        self.status = int(status[:3])
        self.headers = headers


def _taken(
    start: _Start,
    response: Iterable[bytes],
    request: Request,
    outlets: threading.Semaphore,
) -> Answer:
    headers, hold = _for_the_caller(start.headers)
    if not getattr(response, "streaming", False) or _is_small(headers):
        return Answer(start.status, headers, b"".join(response), hold)
    blocks = _blocks(response)
    first, second = next(blocks, b""), next(blocks, None)
    if second is None:
        return Answer(start.status, headers, first)
    if not outlets.acquire(blocking=False):
        return _busy(headers, is_api=request.scope["path"].startswith("/api/"))
    try:
        outlet = _Outlet(request)
        outlet.do(send_start(request.send, start.status, headers))
        for block in chain((first, second), blocks):
            if request.presence.gone.is_set():
                break
            outlet.do(send_part(request.send, block, more=True))
        outlet.do(send_part(request.send, b"", more=False))
    finally:
        outlets.release()
    return Answer(start.status, headers, None)


def _busy(headers: Headers, *, is_api: bool) -> Answer:
    """Return the answer in place of a long one, with what else is said of it."""
    kept = [(name, value) for name, value in headers if name not in _OF_THE_BODY]
    kind, body = "text/plain; charset=utf-8", f"{BUSY}\n".encode()
    if is_api:
        request_id = dict(headers).get(b"X-Request-Id", b"").decode("latin-1")
        problem = problems.Problem(code="unavailable", detail=BUSY)
        kind = problems.CONTENT_TYPE
        body = orjson.dumps(problems.told(problem, request_id=request_id))
    told = [(b"Content-Type", kind.encode()), (b"Retry-After", b"5")]
    return Answer(503, [*kept, *told], body)


class _Outlet:
    """How a thread sends: on the event loop, and only as fast as the caller reads."""

    def __init__(self, request: Request) -> None:
        self._presence = request.presence

    def do(self, sending: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(sending, self._presence.loop)
        try:
            future.result(STALLED_SECONDS)
        except TimeoutError:
            future.cancel()
            self._presence.gone.set()


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


def _is_small(headers: Headers) -> bool:
    """Tell whether it is known to be, as of a file: such an answer needs no outlet."""
    told = dict(headers)
    length = told.get(b"Content-Length", b"")
    return length.isdigit() and int(length) <= WHOLE_AT_MOST


def _for_the_caller(headers: list[tuple[str, str]]) -> tuple[Headers, Hold | None]:
    hold, told = None, [NO_BANNER]
    for name, value in headers:
        if name == HEADER:
            hold = Hold.parse(value)
        else:
            told.append((name.encode("latin-1"), value.encode("latin-1")))
    return told, hold
