"""The hub asks once for all, and wakes those whom the answer concerns."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from config.serving.holds import Hold
from config.serving.hub import Hub, Listener
from orders_query.queries import Moved

pytestmark = pytest.mark.no_services

SOME, OTHER = uuid4(), uuid4()


class Log:
    """What has moved so far: an order, and the position that it came to."""

    def __init__(self) -> None:
        self.moves: list[tuple[int, UUID]] = []
        self.failures = 0

    def ask(self, *, after: int) -> Moved:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        new = [(position, order) for position, order in self.moves if position > after]
        return Moved(
            position=max([after, *(position for position, _ in new)]),
            orders=frozenset(order for _, order in new),
            customers=frozenset(),
        )


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def hub(log: Log) -> Hub:
    return Hub(log.ask, give_up=lambda: None)


@contextmanager
def listening(hub: Hub, topic: str, after: int) -> Iterator[asyncio.Event]:
    listener = Listener(Hold(seconds=9, after=after, topic=topic), asyncio.Event())
    hub.join(listener)
    try:
        yield listener.news
    finally:
        hub.leave(listener)


async def woken(news: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await news.wait()


def test_a_move_wakes_whom_it_concerns_and_nobody_else(hub, log):
    async def story():
        with (
            listening(hub, f"order:{SOME}", 5) as concerned,
            listening(hub, "all", 5) as everything,
            listening(hub, f"order:{OTHER}", 5) as unconcerned,
        ):
            log.moves.append((6, SOME))

            await woken(concerned)

            assert everything.is_set()
            assert not unconcerned.is_set()

    asyncio.run(story())


def test_who_has_seen_a_move_already_is_not_woken_by_it(hub, log):
    async def story():
        with (
            listening(hub, f"order:{SOME}", 5) as behind,
            listening(hub, f"order:{SOME}", 6) as ahead,
        ):
            log.moves.append((6, SOME))

            await woken(behind)

            assert not ahead.is_set()

    asyncio.run(story())


@pytest.mark.parametrize(("order", "is_told"), [(SOME, True), (OTHER, False)])
def test_who_comes_from_a_replica_that_is_behind_is_told_what_was_missed(
    hub, log, order, is_told
):
    async def story():
        with listening(hub, "all", 5) as first:
            log.moves.append((6, SOME))
            await woken(first)

            with listening(hub, f"order:{order}", 5) as late:
                assert late.is_set() is is_told

    asyncio.run(story())


def test_who_comes_from_before_all_memory_looks_again(hub, log):
    async def story():
        with (
            listening(hub, "all", 50),
            listening(hub, f"order:{OTHER}", 20) as long_ago,
        ):
            assert long_ago.is_set()

    asyncio.run(story())


def test_a_database_that_fails_is_asked_again(hub, log):
    async def story():
        log.failures = 1
        log.moves.append((6, SOME))
        with listening(hub, "all", 5) as news:
            await woken(news)

    asyncio.run(story())


def test_an_idle_hub_goes_on_from_where_its_next_listener_is(hub, log):
    async def story():
        with listening(hub, "all", 5):
            pass
        log.moves.append((6, SOME))
        with listening(
            hub, "all", 8
        ) as news:  # the position jumps over what was not asked
            assert not news.is_set()
        assert hub.position == 8

    asyncio.run(story())
