"""Whether the caller is still there, for the loop and for the thread at work."""

import asyncio
from functools import cached_property

from config.serving.asgi import Receive

UNWATCHED_SECONDS = 0.1  # most answers are there sooner, and a watch has its price


class Flag:
    """
    Set once, for any thread to see; nobody waits on it, so it needs no lock.

    Two events for each request were a twentieth of what a command runs in Python.
    """

    __slots__ = ("_is_set",)

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set


class Presence:
    """
    `gone` is for threads to look at, `stirred` for the loop to wait on.

    Watching begins when somebody asks for it; the body has to be read by then.
    """

    def __init__(self, receive: Receive) -> None:
        self.gone = Flag()
        self.loop = asyncio.get_running_loop()
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None

    @cached_property
    def stirred(self) -> asyncio.Event:
        return asyncio.Event()  # few are held, and most need none

    def watch(self) -> None:
        """Look for the caller's leaving; it ends with the answer."""
        if self._watching is None:
            self._watching = self.loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone.set()
        self.stirred.set()


class Presences:
    """
    Those who wait for an answer: who does so for some time is watched.

    One timer for all of them: one each gave small requests a tail of 100 ms.
    """

    def __init__(self) -> None:
        self._all: set[Presence] = set()
        self._before: set[Presence] = set()
        self._is_ticking = False

    def add(self, presence: Presence) -> None:
        self._all.add(presence)
        if not self._is_ticking:
            self._is_ticking = True
            presence.loop.call_later(UNWATCHED_SECONDS, self._tick, presence.loop)

    def remove(self, presence: Presence) -> None:
        self._all.discard(presence)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        for presence in self._all & self._before:
            presence.watch()
        self._before = self._all.copy()
        self._is_ticking = bool(self._all)
        if self._is_ticking:
            loop.call_later(UNWATCHED_SECONDS, self._tick, loop)
