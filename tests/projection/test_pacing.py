"""How far apart the projector's batches are, by the rate at which events come."""

import time
from itertools import pairwise
from typing import Any

import pytest

from orders_query import projector
from orders_query.projector import pacing, running
from orders_query.projector.pacing import LONGEST_SECONDS, Pace, spacing
from orders_query.projector.stepping import Step
from tests.projected import ORDERS
from tests.waiting import eventually


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("rate", [0, 20, 200, 300])
def test_up_to_300_a_second_each_event_is_shown_at_once(rate: float) -> None:
    assert spacing(rate) == 0


def test_beyond_that_batches_move_apart_up_to_a_limit() -> None:
    assert spacing(450) == pytest.approx(LONGEST_SECONDS / 2)
    assert spacing(600) == spacing(40_000) == LONGEST_SECONDS


def _fed(clock: Clock, *, rate: int, seconds: float) -> Pace:
    pace = Pace(clock)
    for _ in range(int(rate * seconds)):
        clock.now += 1 / rate
        pace.took(1)
    return pace


def test_a_batch_under_load_is_due_from_where_the_last_one_began() -> None:
    clock = Clock()
    pace = _fed(clock, rate=1000, seconds=1)
    began = clock.now
    assert pace.due_in(since=began) == pytest.approx(LONGEST_SECONDS)
    clock.now += 0.015
    assert pace.due_in(since=began) == pytest.approx(LONGEST_SECONDS - 0.015)
    clock.now += 0.015
    assert pace.due_in(since=began) == 0


def test_a_single_event_and_a_steady_200_a_second_wait_for_nobody() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.took(1)
    assert pace.due_in(since=clock.now) == 0
    pace = _fed(clock, rate=200, seconds=2)
    assert pace.due_in(since=clock.now) == 0


def test_a_rush_that_is_over_is_forgotten_within_a_second() -> None:
    clock = Clock()
    pace = _fed(clock, rate=1000, seconds=1)
    clock.now += 1
    pace.took(1)
    assert pace.due_in(since=clock.now) == 0


def test_a_runner_keeps_its_batches_apart_when_events_come_fast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "AT_ONCE_PER_SECOND", 0.001)  # that is always fast
    monkeypatch.setattr(pacing, "LONGEST_SECONDS", 0.2)
    began: list[float] = []

    def step(*_: Any, **__: Any) -> Step:
        began.append(time.monotonic())
        return Step(position=2**60, applied=int(len(began) < 4))

    monkeypatch.setattr(running, "step", step)

    def run() -> list[float]:
        projector.catch_up(ORDERS)  # does nothing while a worker is the sole runner
        return began

    eventually(run)

    between = [after - before for before, after in pairwise(began)]
    assert len(between) == 3
    assert min(between) >= 0.2
