"""The ASGI application: reads, lets Django work in a thread, and holds who may wait."""

import asyncio
import threading
from functools import partial
from typing import Any

import orjson

from config import middleware, problems
from config.headers import of_a_refusal
from config.serving import bodies, process
from config.serving.answering import NO_BANNER, Answer, Django, answer, give
from config.serving.asgi import Receive, Scope, Send
from config.serving.bodies import Limits
from config.serving.following import Following
from config.serving.hub import Hub
from config.serving.presence import Presence, Presences
from config.serving.requests import Request
from config.serving.threads import Threads

_BODY = "The body ended early, or is coded otherwise than in chunks."


class Front:
    """What granian calls; one per process."""

    def __init__(
        self,
        django: Django,
        *,
        hub: Hub,
        threads: Threads,
        body_limits: Limits,
        max_listeners: int,
    ) -> None:
        self._django = django
        self._hub = hub
        self._threads = threads
        self._body_limits = body_limits
        self._room = max_listeners
        self._presences = Presences()
        # Two threads stay free of readers who take their answer slowly, or not at all.
        self._outlets = threading.Semaphore(max(1, threads.number - 2))
        # A change may wake everybody at once; ordinary requests get threads meanwhile.
        self._turns = asyncio.Semaphore(max(1, threads.number // 2))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._serve(scope, receive, send)
            case "lifespan":
                self._threads.start()
                await process.live(receive, send, hub=self._hub)
            case unknown:
                raise ValueError(f"{unknown} is not served here")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await bodies.read(scope, receive, self._body_limits)
        except bodies.TooSlow:
            within = f"{self._body_limits.seconds:g} seconds"
            detail = f"A body has to arrive within {within}."
            await _refuse(scope, send, "request-timeout", detail)
            return
        except (bodies.Broken, bodies.Unknown):
            await _refuse(scope, send, "bad-request", _BODY)
            return
        presence = Presence(receive)
        self._presences.add(presence)
        try:
            await self._answer(Request(scope, body, send, presence))
        finally:
            self._presences.remove(presence)

    async def _answer(self, request: Request) -> None:
        may_hold = request.scope["method"] == "GET" and self._room > 0
        first = await self._ask(request, may_hold=may_hold)
        # While Django was at work, others may have taken the last places.
        if first.hold is None or not may_hold or self._room <= 0:
            await give(request.send, first)
            return
        self._room -= 1
        try:
            following = Following(request, ask=self._ask_again, hub=self._hub)
            await following.follow(first, first.hold)
        finally:
            self._room += 1

    async def _ask(self, request: Request, **more: Any) -> Answer:
        work = partial(answer, self._django, request, self._outlets, **more)
        return await self._threads.do(work)

    async def _ask_again(self, request: Request, **more: Any) -> Answer:
        async with self._turns:
            return await self._ask(request, **more)


async def _refuse(scope: Scope, send: Send, code: str, detail: str) -> None:
    """
    Answer in Django's place: nobody works for who does not finish asking.

    What else comes over the connection could be the rest of this body, so it ends.
    """
    asked = dict(scope["headers"])
    named = (asked.get(n, b"").decode("latin-1") for n in middleware.NAMED_BY)
    request_id = middleware.id_for(*named)
    problem = problems.Problem(code=code, detail=detail)
    headers = {
        "Content-Type": problems.CONTENT_TYPE,
        "X-Request-Id": request_id,
        "Connection": "close",
        **of_a_refusal(asked),
    }
    told = Answer(
        status=problem.status,
        headers=[NO_BANNER, *((k.encode(), v.encode()) for k, v in headers.items())],
        body=orjson.dumps(problems.told(problem, request_id=request_id)),
    )
    await give(send, told)
