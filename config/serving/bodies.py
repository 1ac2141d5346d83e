"""Reads a request's whole body on the event loop: a slow one holds no thread."""

import asyncio
from dataclasses import dataclass

from config.serving.asgi import Receive, Scope

DRAINED_AT_MOST = 20_000_000
# Of larger bodies only so many are read at a time, which bounds what they take up.
SMALL = 65_536
_large = asyncio.Semaphore(32)


class TooSlow(Exception):
    """The body has not arrived in time."""


class Broken(Exception):
    """The body ended too early, or its chunks are none: granian tells no difference."""


class Unknown(Exception):
    """The body comes in a coding that nobody here understands."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    size: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Body:
    """What was sent; of one that is too large nothing is kept but its size."""

    content: bytes = b""
    size: int = 0


NONE = Body()


async def read(scope: Scope, receive: Receive, limits: Limits) -> Body:
    """
    Return the body.

    :raises TooSlow: if it has not arrived in time
    :raises Broken: if the caller has left, or sends no chunks where they should be
    :raises Unknown: if it is coded otherwise than in chunks
    """
    declared = _declared(scope)
    if declared == 0:
        return NONE
    arriving = _Arriving(receive, declared)
    try:
        async with asyncio.timeout(limits.seconds):
            return await _whole(arriving, limits.size)
    except TimeoutError:
        # Too large is refused as such, however much of it is still to come.
        size = max(arriving.size, declared or 0)
        if size > limits.size:
            return Body(size=size)
        raise TooSlow from None


class _Arriving:
    """A body on its way: its parts so far, and whether more is to come."""

    def __init__(self, receive: Receive, declared: int | None) -> None:
        self._receive = receive
        self._declared = declared
        self.parts: list[bytes] = []
        self.size = 0
        self.is_complete = False

    async def more(self, *, keep: bool) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Broken
        part = message.get("body", b"")
        self.size += len(part)
        if keep:
            self.parts.append(part)
        else:
            self.parts.clear()
        self.is_complete = not message.get("more_body") or self.size == self._declared


async def _whole(arriving: _Arriving, limit: int) -> Body:
    while not arriving.is_complete and arriving.size <= SMALL:
        await arriving.more(keep=True)
    if not arriving.is_complete:
        async with _large:
            await _rest(arriving, limit)
    fits = arriving.size <= limit
    return Body(content=b"".join(arriving.parts) if fits else b"", size=arriving.size)


async def _rest(arriving: _Arriving, limit: int) -> None:
    """Read on, past the limit too: who is still sending would not hear the answer."""
    while not arriving.is_complete and arriving.size < DRAINED_AT_MOST:
        await arriving.more(keep=arriving.size <= limit)


def _declared(scope: Scope) -> int | None:
    """Return the length that was told, 0 without a body, None if it comes in chunks."""
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            if value.lower() != b"chunked":
                raise Unknown
            return None
        if name == b"content-length":
            return int(value)
    return 0 if scope["http_version"] != "2" else None
