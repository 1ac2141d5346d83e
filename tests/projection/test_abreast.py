"""Far behind, the projections catch up side by side; a failure of either is told."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import OperationalError

from orders_query import projector
from orders_query.projector import running
from orders_query.projector.sets import ORDERS, SALES
from orders_query.projector.stepping import Step

FULL = 3  # batches
FAR = 2**60
Act = Callable[[str, int], None]


class Steps:
    """Stands in for `step`: a few full batches of each, and no database."""

    def __init__(self, act: Act = lambda *_: None) -> None:
        self.done: Counter[str] = Counter()
        self.threads: dict[str, set[str]] = {ORDERS: set(), SALES: set()}
        self._act = act

    def __call__(self, name: str, **_: Any) -> Step:
        self.done[name] += 1
        self.threads[name].add(threading.current_thread().name)
        self._act(name, self.done[name])
        is_full = self.done[name] <= FULL
        position = FAR if name == ORDERS else FAR - 100 + self.done[name]
        return Step(position=position, applied=running.BATCH if is_full else 0)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Steps]:
    monkeypatch.setattr(running, "end_try", lambda _: None)
    monkeypatch.setattr(running, "_sole_runner", lambda: nullcontext(enter_result=True))

    def made(act: Act = lambda *_: None) -> Steps:
        steps = Steps(act)
        monkeypatch.setattr(running, "step", steps)
        return steps

    return made


def test_both_are_at_work_at_the_same_time_when_orders_are_far_behind(steps):
    both = threading.Barrier(2)

    def meet(name: str, number: int) -> None:
        if number == 2:  # the first round is made in turns
            both.wait(10)

    seen = steps(meet)
    projector.catch_up(ORDERS, SALES)

    assert not both.broken
    assert seen.done[ORDERS] > FULL
    assert seen.done[SALES] > FULL
    assert len(seen.threads[SALES]) == 2


def test_what_the_database_says_to_the_others_ends_the_run(steps):
    def fail(name: str, number: int) -> None:
        if name == SALES and number == 2:
            raise OperationalError("gone")

    seen = steps(fail)
    with pytest.raises(OperationalError, match="gone"):
        projector.catch_up(ORDERS, SALES)

    assert seen.done[ORDERS] > FULL


def test_what_it_says_to_orders_ends_the_others_too(steps):
    def fail(name: str, number: int) -> None:
        if name == ORDERS and number == 3:
            raise OperationalError("gone")

    steps(fail)
    with pytest.raises(OperationalError, match="gone"):
        projector.catch_up(ORDERS, SALES)

    assert not [t for t in threading.enumerate() if t.name.startswith("others")]


def test_sales_that_cannot_go_on_hold_up_no_orders(steps):
    def fail(name: str, number: int) -> None:
        if name == SALES and number == 2:
            raise ArithmeticError("odd")

    seen = steps(fail)
    with pytest.raises(ArithmeticError, match="odd"):
        projector.catch_up(ORDERS, SALES)

    assert seen.done[ORDERS] > FULL
    assert seen.done[SALES] == 2


def test_orders_that_cannot_go_on_are_not_tried_again_in_this_run(steps):
    def fail(name: str, number: int) -> None:
        if name == ORDERS and number == 2:
            raise ArithmeticError("odd")

    seen = steps(fail)
    with pytest.raises(ArithmeticError, match="odd"):
        projector.catch_up(ORDERS, SALES)

    assert seen.done[ORDERS] == 2
    assert seen.done[SALES] > FULL
