"""The feed passes no event by, in whatever order transactions commit."""

import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from prometheus_client import REGISTRY

from orders_command import feed
from tests.waiting import eventually

WAITED = "orders_feed_wait_seconds_total"


def positions(after=0, limit=1000):
    return [event.position for event in feed.read(after=after, limit=limit).events]


def everything(after=0):
    """Read on until there is nothing more."""
    seen = []
    while more := positions(after=seen[-1] if seen else after):
        seen += more
    return seen


def read_naively(after):
    """Read as most do: everything beyond the last position, and no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select position from orders_command_event"
            " where position > %s order by position",
            [after],
        )
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def reading_in_the_background(after=0, limit=1000):
    """Read the feed in another thread of its own connection."""

    def read():
        with connection.cursor() as cursor:
            cursor.execute("set search_path = scratch, public")
        try:
            return positions(after, limit)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(read)


def still_waits(reading: Future):
    with pytest.raises(TimeoutError):
        reading.result(timeout=0.2)
    return True


def test_two_that_commit_in_reverse_order_are_both_read_in_order(log):
    early, late = log.writer(), log.writer()
    first, second = early.insert(), late.insert()
    late.commit()

    with reading_in_the_background() as reading:
        assert still_waits(reading)
        early.commit()

        assert reading.result(timeout=5) == [first, second]


def test_the_naive_reader_loses_the_one_that_commits_late(log):
    early, late = log.writer(), log.writer()
    first, second = early.insert(), late.insert()
    late.commit()
    seen = read_naively(after=0)
    early.commit()

    seen += read_naively(after=seen[-1])

    assert seen == [second]
    assert positions() == [first, second]


def test_what_was_rolled_back_is_passed(log):
    gone, there = log.writer(), log.writer()
    gone.insert()
    second = there.insert()
    there.commit()

    with reading_in_the_background() as reading:
        assert still_waits(reading)
        gone.rollback()

        assert reading.result(timeout=5) == [second]


def test_what_lies_before_a_hole_is_served_at_once(log):
    writer, stalled, late = log.writer(), log.writer(), log.writer()
    first = writer.insert()
    writer.commit()
    stalled.insert()
    late.insert()
    late.commit()

    assert positions() == [first]


def test_an_open_transaction_that_does_not_write_to_the_log_holds_nobody_up(log):
    idle, gone, there = log.writer(), log.writer(), log.writer()
    idle.session.execute("select count(*) from public.orders_command_order")
    gone.insert()
    gone.rollback()
    second = there.insert()
    there.commit()

    assert positions() == [second]


def test_a_writer_that_comes_later_is_not_waited_for(log):
    gone, there = log.writer(), log.writer()
    gone.insert()
    second = there.insert()
    there.commit()

    with reading_in_the_background() as reading:
        assert still_waits(reading)
        log.writer().insert()  # goes on and on
        gone.rollback()

        assert reading.result(timeout=5) == [second]


def test_the_feed_is_not_read_inside_a_transaction(log):
    with (
        pytest.raises(RuntimeError, match="outside of transactions"),
        transaction.atomic(),
    ):
        feed.read(after=0, limit=1)


def test_no_event_is_new_at_the_end_of_the_log(log):
    writer = log.writer()
    last = writer.insert()
    writer.commit()

    batch = feed.read(after=last, limit=10)

    assert (batch.events, batch.anchor) == ((), b"\x00")


def test_twelve_writers_with_rollbacks_and_stalls_lose_nothing(log):
    committed: list[int] = []
    stop = threading.Event()

    def write(seed):
        chance, writer = random.Random(seed), log.writer()
        while not stop.is_set():
            drawn = [writer.insert() for _ in range(chance.choice([1, 1, 2]))]
            if chance.random() < 0.3:
                stop.wait(chance.random() / 100)
            if chance.random() < 0.2:
                writer.rollback()
            else:
                writer.commit()
                committed.extend(drawn)

    seen: list[int] = []
    with ThreadPoolExecutor(12) as pool:
        writers = [pool.submit(write, seed) for seed in range(12)]
        until = time.monotonic() + 2
        while time.monotonic() < until:
            seen += positions(after=seen[-1] if seen else 0, limit=200)
        stop.set()
        for writer in writers:
            writer.result()
    seen += everything(after=seen[-1])

    assert len(committed) > 200
    assert seen == sorted(committed)


def test_cached_numbers_lose_events_and_so_are_forbidden(log):
    """Why the identity has CACHE 1: a session keeps numbers that nobody can see."""
    log.numbers_are_cached(10)
    hoarder, other = log.writer(), log.writer()
    hoarder.insert()
    hoarder.commit()
    other.insert()
    other.commit()
    seen = everything()

    lost = hoarder.insert()
    hoarder.commit()

    assert lost < seen[-1]
    assert positions(after=seen[-1]) == []


def test_numbers_drawn_beforehand_lose_events_and_so_are_forbidden(log):
    """Why the INSERT draws the number itself: before it, no lock tells of the draw."""
    hasty, other = log.writer(), log.writer()
    number = hasty.draw()
    other.insert()
    other.commit()
    seen = everything()

    hasty.insert(number)
    hasty.commit()

    assert number < seen[-1]
    assert positions(after=seen[-1]) == []


def test_the_real_log_draws_one_number_at_a_time():
    with connection.cursor() as cursor:
        cursor.execute(
            "select cache_size from pg_sequences"
            " where sequencename = 'orders_command_event_position_seq'"
        )
        assert cursor.fetchone() == (1,)


def test_a_position_is_proven_only_when_no_writer_is_left(log):
    writer = log.writer()
    writer.insert()

    with pytest.raises(TimeoutError):
        feed.proven_head(timeout=0.05)
    writer.commit()

    assert eventually(feed.proven_head) == 1


def test_a_wait_for_a_writer_is_counted_while_it_lasts(log):
    before = REGISTRY.get_sample_value(WAITED)
    early, late = log.writer(), log.writer()
    early.insert()
    late.insert()
    late.commit()

    with pytest.raises(TimeoutError):
        feed.read(after=0, limit=10, timeout=0.5)

    assert REGISTRY.get_sample_value(WAITED) - before > 0.3


def test_a_hole_that_fills_makes_no_batch_longer_than_asked(log):
    early, late = log.writer(), log.writer()
    first, second, third = early.insert(), early.insert(), early.insert()
    last = late.insert()
    late.commit()

    with reading_in_the_background(limit=1) as reading:
        assert still_waits(reading)
        early.commit()

        assert reading.result(timeout=5) == [first]
    assert everything(after=first) == [second, third, last]
