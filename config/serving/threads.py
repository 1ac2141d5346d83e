"""The threads that work: each has its own database connections and keeps them."""

import asyncio
import threading
import time
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]", AbstractEventLoop]

LONG_SECONDS = 0.01  # most requests are answered sooner


class Threads:
    """
    Does work in a fixed number of threads, in the order in which it was asked for.

    One of them leads: it takes what comes. While it has been at one job for long, as a
    reader who waits for a token is, another one leads in its place. All at once would
    only stand in each other's way, since one at a time can run Python: docs/decisions/
    0004 has the figures, and why this is no ThreadPoolExecutor. (Leader and followers:
    Schmidt et al., Pattern-Oriented Software Architecture 2, 2000.)

    Each thread begins with `begin`, once the server has started: what is opened before,
    it may close.
    """

    def __init__(self, number: int, *, begin: Callable[[], None]) -> None:
        self.number = number
        self._begin = begin
        self._started = threading.Event()
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._team = _Team(number)
        self._is_watched = False
        for place in range(number):
            name = f"worker {place + 1}"
            threading.Thread(
                target=self._work, args=(place,), name=name, daemon=True
            ).start()

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
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(LONG_SECONDS, self._watch, loop)
        return await done

    def _watch(self, loop: AbstractEventLoop) -> None:
        """Look, as long as something waits, whether its leader is held up."""
        self._is_watched = not self._jobs.empty()
        if self._is_watched:
            self._team.relieve()
            loop.call_later(LONG_SECONDS, self._watch, loop)

    def _work(self, place: int) -> None:
        self._started.wait()
        self._begin()
        while True:
            self._team.wait_to_lead(place)
            work, done, loop = self._jobs.get()
            self._team.begin(place)
            try:
                result, error = work(), None
            except Exception as raised:
                result, error = None, raised
            self._team.end(place)
            _tell(loop, done, result, error)
            del work, done, result, error  # an idle thread keeps nothing alive


class _Team:
    """Who leads, since when each is at a job, and who waits to lead."""

    def __init__(self, number: int) -> None:
        self._lock = threading.Lock()
        self._leader: int | None = None  # until the first one has begun
        self._since: list[float | None] = [None] * number
        self._turn = [threading.Semaphore(0) for _ in range(number)]
        self._idle: set[int] = set()

    def wait_to_lead(self, place: int) -> None:
        with self._lock:
            if self._leader is None or self._is_held_up():
                self._leader = place
            if self._leader == place:
                return
            self._idle.add(place)
        self._turn[place].acquire()

    def begin(self, place: int) -> None:
        self._since[place] = time.monotonic()

    def end(self, place: int) -> None:
        self._since[place] = None

    def relieve(self) -> None:
        """Let another one lead, if the leader is held up and anybody is free."""
        with self._lock:
            if self._idle and self._is_held_up():
                self._leader = self._idle.pop()
                self._turn[self._leader].release()

    def _is_held_up(self) -> bool:
        since = None if self._leader is None else self._since[self._leader]
        return since is not None and time.monotonic() - since > LONG_SECONDS


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
