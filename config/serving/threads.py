"""The threads that work: each has its own database connections and keeps them."""

import asyncio
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]", AbstractEventLoop]


class Threads:
    """
    Does work in a fixed number of threads, in the order in which it was asked for.

    A ThreadPoolExecutor does the same with more steps in between, which small requests
    feel: docs/decisions/0004 has the figures. Each thread begins with `begin`, once the
    server has started: what is opened before, it may close.
    """

    def __init__(self, number: int, *, begin: Callable[[], None]) -> None:
        self.number = number
        self._begin = begin
        self._started = threading.Event()
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        for place in range(number):
            name = f"worker {place + 1}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def start(self) -> None:
        """Let the threads make ready; without this they do when there is work."""
        self._started.set()

    async def do(self, work: Callable[[], T]) -> T:
        """Return what the work returns, or raise what it raises."""
        if not self._started.is_set():
            self.start()
        loop = asyncio.get_running_loop()
        done: Future[T] = loop.create_future()
        self._jobs.put((work, done, loop))
        return await done

    def _work(self) -> None:
        self._started.wait()
        self._begin()
        while True:
            work, done, loop = self._jobs.get()
            try:
                result, error = work(), None
            except Exception as raised:
                result, error = None, raised
            _tell(loop, done, result, error)
            del work, done, result, error  # an idle thread keeps nothing alive


def _tell(
    loop: AbstractEventLoop, done: "Future[Any]", result: Any, error: Exception | None
) -> None:
    try:
        loop.call_soon_threadsafe(_settle, done, result, error)
    except RuntimeError:
        if not loop.is_closed():  # closed: nobody waits any more
            raise


def _settle(done: "Future[Any]", result: Any, error: Exception | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
