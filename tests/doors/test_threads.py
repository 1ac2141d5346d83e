"""The threads that work: one leads, and another one when that is held up."""

import asyncio
import threading
import time

import pytest

from config.serving.threads import LONG_SECONDS, Threads

WITHIN = 5.0


def nothing():
    pass


def test_short_jobs_are_done_by_one_thread_in_the_order_of_asking():
    async def ask():
        threads = Threads(4, begin=nothing)
        done = []

        def job(number):
            done.append((number, threading.current_thread().name))

        await asyncio.gather(
            *(threads.do(lambda n=n: job(n)) for n in range(50)),
        )
        return done

    done = asyncio.run(ask())

    assert [number for number, _ in done] == list(range(50))
    assert len({name for _, name in done}) <= 2  # a machine at a standstill may relieve


def test_a_job_that_waits_long_holds_up_nobody():
    async def ask():
        threads = Threads(2, begin=nothing)
        held, going_on = threading.Event(), threading.Event()

        def wait():
            held.set()
            return going_on.wait(WITHIN)

        long_one = asyncio.create_task(threads.do(wait))
        while not held.is_set():
            await asyncio.sleep(LONG_SECONDS / 10)
        short = [await threads.do(lambda n=n: n) for n in range(5)]
        going_on.set()
        return short, await long_one

    assert asyncio.run(ask()) == ([0, 1, 2, 3, 4], True)


def test_as_many_as_there_are_may_wait_and_all_are_done():
    async def ask():
        threads = Threads(3, begin=nothing)
        all_wait = threading.Barrier(3, timeout=WITHIN)
        waited = await asyncio.gather(*(threads.do(all_wait.wait) for _ in range(3)))
        after = await asyncio.gather(*(threads.do(lambda n=n: n) for n in range(20)))
        return sorted(waited), after

    assert asyncio.run(ask()) == ([0, 1, 2], list(range(20)))


def test_a_thread_that_cannot_begin_holds_up_nobody():
    connected = threading.Event()

    def begin():
        if threading.current_thread().name == "worker 1":
            connected.wait(WITHIN)

    async def ask():
        threads = Threads(3, begin=begin)
        began = time.monotonic()
        await threads.do(nothing)
        took = time.monotonic() - began
        connected.set()
        return took

    assert asyncio.run(ask()) < WITHIN / 2


def test_an_error_is_its_askers_alone():
    async def ask():
        threads = Threads(2, begin=nothing)
        with pytest.raises(ZeroDivisionError):
            await threads.do(lambda: 1 / 0)
        return await threads.do(time.monotonic)

    assert asyncio.run(ask()) > 0
