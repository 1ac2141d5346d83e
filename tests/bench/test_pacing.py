import threading

import pytest

from bench.pacing import Pace
from tests.waiting import eventually


def test_each_number_is_done_once_and_in_turn() -> None:
    done: list[int] = []
    pace = Pace(1000, [done.append, done.append])

    eventually(lambda: len(done) >= 20)
    times = pace.end()

    assert sorted(done) == list(range(len(done)))
    assert len(times) == len(done)


def test_who_is_held_up_has_waited_from_when_it_was_due() -> None:
    goes_on = threading.Event()
    done: list[int] = []

    def wait_at_first(number: int) -> None:
        if number == 0:
            goes_on.wait(0.05)
        done.append(number)

    pace = Pace(1000, [wait_at_first])
    eventually(lambda: len(done) >= 3)
    first, second, *_ = pace.end()

    assert first[1] >= 50
    assert second[1] >= 45  # it was due 1 ms later, and waited for the first


def test_an_error_is_told_at_the_end() -> None:
    called = threading.Event()

    def fail(number: int) -> None:
        called.set()
        raise ValueError(number)

    pace = Pace(1000, [fail])
    eventually(called.is_set)

    with pytest.raises(ValueError, match="0"):
        pace.end()
