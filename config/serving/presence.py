"""Whether the caller is still there, for the loop and for the thread at work."""

import asyncio
import threading

from config.serving.asgi import Receive

UNWATCHED_SECONDS = 0.1  # most answers are there sooner, and a watch has its price


class Presence:
    """
    `gone` is for threads to look at, `stirred` for the loop to wait on.

    Watching begins late, or when somebody asks for it; the body has to be read by then.
    """

    def __init__(self, receive: Receive) -> None:
        self.gone = threading.Event()
        self.stirred = asyncio.Event()
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self.loop = asyncio.get_running_loop()
        self._later = self.loop.call_later(UNWATCHED_SECONDS, self.watch)

    def watch(self) -> None:
        self._later.cancel()
        if self._watching is None:
            self._watching = self.loop.create_task(self._watch())

    def answered(self) -> None:
        """Begin no watch any more; one that runs ends with the answer."""
        self._later.cancel()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone.set()
        self.stirred.set()
