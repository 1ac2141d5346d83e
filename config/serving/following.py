"""Requests that are held: they wait on the event loop and are put to Django again when
there is news for them, so that who asks and what they may see is looked at anew."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum, auto
from typing import assert_never

from config.serving.answering import Answer, give
from config.serving.asgi import Headers, send_part, send_start
from config.serving.holds import Hold
from config.serving.hub import Hub, Listener
from config.serving.requests import Request

Ask = Callable[..., Awaitable[Answer]]

STILL_HERE_SECONDS = 15.0  # proxies cut a connection that is silent for long
RETRY_SECONDS = 1.0
STALLED_SECONDS = 30.0
STILL_HERE = b": still here\n\n"


class Woken(Enum):
    NEWS = auto()
    TIME_IS_UP = auto()
    GONE = auto()
    CLOSING = auto()


class Following:
    """Follows what one request asks for, until there is an answer or nobody left."""

    def __init__(self, request: Request, *, ask: Ask, hub: Hub) -> None:
        self._request = request
        self._ask = ask
        self._hub = hub

    async def follow(self, first: Answer, hold: Hold) -> None:
        self._request.presence.watch()
        self._until = _now() + hold.seconds
        if _is_stream(first.headers):
            await self._stream(first, hold)
        else:
            await self._poll(first, hold)

    async def _poll(self, answer: Answer, hold: Hold) -> None:
        """Answer when there is something to tell, or empty when the time is over."""
        held: Hold | None = hold
        while held is not None:
            match await self._wait(held, self._until - _now()):
                case Woken.NEWS:
                    answer = await self._again(held)
                    held = answer.hold
                case Woken.TIME_IS_UP:
                    answer = await self._again(held, may_hold=False)
                    held = None
                case Woken.CLOSING:
                    held = None  # what was answered first is still true
                case Woken.GONE:
                    return
                case woken:
                    assert_never(woken)
        await give(self._request.send, answer)

    async def _stream(self, first: Answer, hold: Hold) -> None:
        """Send what there is at once, and what is new whenever there is something."""
        length = b"content-length"
        headers = [pair for pair in first.headers if pair[0].lower() != length]
        await send_start(self._request.send, first.status, headers)
        await self._part(first.body or b"")
        held: Hold | None = hold
        while held is not None:
            left = self._until - _now()
            match await self._wait(held, min(STILL_HERE_SECONDS, left)):
                case Woken.NEWS:
                    held = await self._tell_news(held)
                case Woken.TIME_IS_UP if _now() < self._until:
                    await self._part(STILL_HERE)
                case Woken.TIME_IS_UP | Woken.CLOSING | Woken.GONE:
                    held = None
                case woken:
                    assert_never(woken)
        await send_part(self._request.send, b"", more=False)

    async def _tell_news(self, hold: Hold) -> Hold | None:
        """Append what is new, and return where to go on from, None for the end."""
        answer = await self._again(hold)
        if answer.status == 503:
            await self._pause()
            return hold
        if answer.status != 200 or answer.body is None:
            return None
        await self._part(answer.body)
        return answer.hold

    async def _again(self, hold: Hold, *, may_hold: bool = True) -> Answer:
        seen = max(hold.after, self._hub.position) if may_hold else hold.after
        return await self._ask(
            self._request, may_hold=may_hold, after=str(hold.after), seen=str(seen)
        )

    async def _wait(self, hold: Hold, seconds: float) -> Woken:
        presence = self._request.presence
        presence.stirred.clear()
        if not (presence.gone.is_set() or self._hub.is_closed):
            listener = Listener(hold, presence.stirred)
            self._hub.join(listener)
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    await presence.stirred.wait()
            except TimeoutError:
                return Woken.TIME_IS_UP
            finally:
                self._hub.leave(listener)
        if presence.gone.is_set():
            return Woken.GONE
        return Woken.CLOSING if self._hub.is_closed else Woken.NEWS

    async def _pause(self) -> None:
        """Wait a little, but not for somebody who leaves meanwhile."""
        stirred = self._request.presence.stirred
        stirred.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS):
                await stirred.wait()

    async def _part(self, body: bytes) -> None:
        if not body:
            return
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                await send_part(self._request.send, body, more=True)
        except TimeoutError:
            self._request.presence.gone.set()  # as good as gone


def _now() -> float:
    return asyncio.get_running_loop().time()


def _is_stream(headers: Headers) -> bool:
    told = {name.lower(): value for name, value in headers}
    return told.get(b"content-type", b"").startswith(b"text/event-stream")
