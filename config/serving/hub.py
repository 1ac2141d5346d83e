"""Asks what has moved on the read side, while somebody listens, and wakes those whom it
concerns. One per process: a thousand listeners cost one question."""

import asyncio
import logging
import threading
import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from config.serving.holds import Hold

logger = logging.getLogger(__name__)

EVERY_SECONDS = 0.05
AFTER_FAILURE_SECONDS = 1.0
REMEMBERED = 200  # steps, for a listener whose replica is behind the hub's


class Moved(Protocol):
    """How far the read side has come, and whom the way there concerns."""

    @property
    def position(self) -> int: ...
    @property
    def orders(self) -> frozenset[UUID]: ...
    @property
    def customers(self) -> frozenset[UUID]: ...


class Ask(Protocol):
    def __call__(self, *, after: int) -> Moved: ...


@dataclass(eq=False)
class Listener:
    """A request that waits. `news` is set when it is time to look again."""

    hold: Hold
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class _Step:
    after: int
    position: int
    topics: frozenset[str]


class Hub:
    """
    Listeners join and leave on the event loop; only the question is asked in a thread.

    The loop alone writes the position, which never goes back.
    """

    def __init__(self, ask: Ask, *, give_up: Callable[[], None]) -> None:
        self._ask = ask
        self._give_up = give_up
        self._listeners: dict[str, set[Listener]] = {}
        self._steps: deque[_Step] = deque(maxlen=REMEMBERED)
        self._wanted = threading.Event()
        self._loop: AbstractEventLoop | None = None
        self.position = 0
        self.is_closed = False

    def join(self, listener: Listener) -> None:
        """Wake the listener as soon as something beyond its position concerns it."""
        hold = listener.hold
        if not self._listeners and hold.after > self.position:
            self.position = hold.after
            self._steps.clear()
        self._listeners.setdefault(hold.topic, set()).add(listener)
        if self._has_missed(hold):
            listener.news.set()
        self._start()

    def leave(self, listener: Listener) -> None:
        topic = listener.hold.topic
        listeners = self._listeners[topic]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[topic]
        if not self._listeners:
            self._wanted.clear()

    def close(self) -> None:
        """Let everybody go, and nobody join any more."""
        self.is_closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.news.set()

    def _has_missed(self, hold: Hold) -> bool:
        """Tell whether something was told before it came; in doubt let it look."""
        begins = self.position
        for step in reversed(self._steps):
            if step.position <= hold.after:
                return False
            if hold.topic in step.topics:
                return True
            begins = step.after
        return hold.after < begins

    def _start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            threading.Thread(target=self._watch, name="hub", daemon=True).start()
        self._wanted.set()

    def _watch(self) -> None:
        is_told = False
        while True:
            self._wanted.wait()
            try:
                self._look()
                is_told = False
                time.sleep(EVERY_SECONDS)
            except Exception as error:
                # A database that is away for long is one line in the log, not twenty.
                if not is_told:
                    logger.warning("The hub is blind: %s", error, exc_info=error)
                is_told = True
                self._give_up()
                time.sleep(AFTER_FAILURE_SECONDS)

    def _look(self) -> None:
        assert self._loop is not None
        after = self.position
        moved = self._ask(after=after)
        if moved.position > after:
            step = _Step(after, moved.position, _topics(moved))
            self._loop.call_soon_threadsafe(self._tell, step)

    def _tell(self, step: _Step) -> None:
        if step.after != self.position:
            return  # asked before the position was set anew; the next one covers it
        self.position = step.position
        self._steps.append(step)
        for topic in step.topics & self._listeners.keys():
            for listener in self._listeners[topic]:
                if listener.hold.after < step.position:
                    listener.news.set()


def _topics(moved: Moved) -> frozenset[str]:
    topics = {f"order:{order_id}" for order_id in moved.orders}
    topics |= {f"customer:{customer_id}" for customer_id in moved.customers}
    return frozenset(topics | {"all"} if topics else topics)
