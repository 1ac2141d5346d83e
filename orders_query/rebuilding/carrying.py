"""All that is done with a projection's sets, step by step, whoever has asked for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from orders_query.models import Action
from orders_query.projector import stand_of
from orders_query.projector.sets import PREVIOUS, SHADOW
from orders_query.rebuilding.comparing import Difference, differences
from orders_query.rebuilding.filling import BATCH, Progress, fill
from orders_query.rebuilding.levelling import snapshot_of_both
from orders_query.rebuilding.proving import prove
from orders_query.rebuilding.shadow import begin, discard, exists, finish_indexes
from orders_query.rebuilding.swapping import drop_previous, is_of_this_log, swap
from orders_query.verification import Report

SHOWN = 50  # differences to the log
# What a rebuild goes through, in this order.
FILLING = "filling the new tables"
INDEXES = "making the indexes"
COMPARING = "comparing with the live tables"
PROVING = "comparing with the log"
SWAPPING = "swapping"
PHASES = (FILLING, INDEXES, COMPARING, PROVING, SWAPPING)


class NotCarriedOut(Exception):
    """Readers go on with the tables that they had; the words say why."""


class NoSuchSet(NotCarriedOut):
    """The projection has no set of that kind."""


class StillKept(NotCarriedOut):
    """There is a previous set, and there can be only one."""


class Differs(NotCarriedOut):
    """The new tables are not what the log adds up to."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What shall be done with which projection's sets."""

    projection: str
    action: Action = Action.REBUILD
    accepts_differences: bool = False
    swaps: bool = True  # else it stops before
    batch: int = BATCH


class Listener(Protocol):
    """Who is told how it goes."""

    def enters(self, phase: str) -> None: ...

    def moves(self, progress: Progress) -> None: ...

    def says(self, sentence: str) -> None: ...

    def finds(self, sentence: str) -> None:
        """Hear of a difference; it holds no person's words."""

    def settles(self, outcome: str) -> None:
        """Note the outcome, in the very transaction that brings it about."""


def carry_out(wish: Wish, listener: Listener) -> str:
    """
    Do it, and return what came of it; call it as the `sole` one.

    Ended in the middle, a rebuild goes on when it is called again.

    :raises NotCarriedOut: if that cannot be done, or must not
    """
    refuse_the_impossible(wish)
    name = wish.projection
    match wish.action:
        case Action.REBUILD:
            return _rebuild(wish, listener)
        case Action.ROLLBACK:
            return _go_back(name, listener)
        case Action.DROP_PREVIOUS:
            outcome = f"the previous set of {name} is dropped"
            drop_previous(name, also=lambda: listener.settles(outcome))
            return outcome
        case Action.DISCARD:
            outcome = f"the unfinished set of {name} is dropped"
            discard(name, also=lambda: listener.settles(outcome))
            return outcome
        case _:
            assert_never(wish.action)


def refuse_the_impossible(wish: Wish) -> None:
    """
    Look whether there is what the wish is about.

    :raises NotCarriedOut: if there is not, or is what stands in its way
    """
    name = wish.projection
    match wish.action:
        case Action.REBUILD:
            if exists(name, PREVIOUS):
                raise StillKept(f"The previous set of {name} is still kept.")
        case Action.ROLLBACK | Action.DROP_PREVIOUS:
            if not exists(name, PREVIOUS):
                raise NoSuchSet(f"There is no previous set of {name}.")
        case Action.DISCARD:
            if not exists(name, SHADOW):
                raise NoSuchSet(f"There is no unfinished set of {name}.")
        case _:
            assert_never(wish.action)


def _go_back(name: str, listener: Listener) -> str:
    listener.enters(SWAPPING)
    position = swap(
        name, PREVIOUS, also=lambda at: listener.settles(_went_back(name, at))
    )
    return _went_back(name, position)


def _went_back(name: str, position: int) -> str:
    return f"the previous set of {name} serves again, from {position} on"


def _rebuild(wish: Wish, listener: Listener) -> str:
    began, name = time.monotonic(), wish.projection
    if exists(name, SHADOW):
        listener.says("going on where an earlier rebuild was ended")
    else:
        begin(name)
    listener.enters(FILLING)
    for progress in fill(name, batch=wish.batch):
        listener.moves(progress)
    listener.enters(INDEXES)
    finish_indexes(name)
    keeps_previous = is_of_this_log(stand_of(name))
    _compare(wish, listener, with_live=keeps_previous)
    if not wish.swaps:
        return f"not swapped: rebuild {name} goes on, --discard drops it"
    listener.enters(SWAPPING)
    return _swapped(
        name, listener, keeps_previous=keeps_previous, seconds=_since(began)
    )


def _since(began: float) -> Callable[[], float]:
    return lambda: time.monotonic() - began


def _swapped(
    name: str,
    listener: Listener,
    *,
    keeps_previous: bool,
    seconds: Callable[[], float],
) -> str:
    outcomes = []

    def settle(position: int) -> None:
        outcome = f"{name} is rebuilt and serves from {position} on ({seconds():.1f} s)"
        if not keeps_previous:
            drop_previous(name)
            outcome += "; the previous set was of another log and is dropped"
        listener.settles(outcome)
        outcomes.append(outcome)

    swap(name, SHADOW, also=settle)
    return outcomes[-1]


def _compare(wish: Wish, listener: Listener, *, with_live: bool) -> None:
    """Look at both sets at one position; the log decides, not the live tables."""
    name = wish.projection
    with snapshot_of_both(name, SHADOW) as position:
        listener.enters(COMPARING)
        if with_live:
            listener.says(f"both sets are at position {position}")
            _tell_all(differences(name, SHADOW), listener)
        else:
            listener.says("the live tables are of another log: nothing to compare")
        listener.enters(PROVING)
        report = prove(
            name, SHADOW, on_progress=lambda so_far: listener.moves(_moved(so_far))
        )
    for finding in report.findings[:SHOWN]:
        listener.finds(str(finding))
    told = f"{report.events} events: {report.differences} differences to the log"
    listener.says(f"{told}, {report.seconds:.1f} s")
    if report.differences and not wish.accepts_differences:
        raise Differs(
            "The new tables are not what the log adds up to, and are not swapped in."
        )


def _moved(report: Report) -> Progress:
    return Progress(
        position=report.orders,
        head=report.total,
        events=report.orders,
        seconds=report.seconds,
        unit="orders",
    )


def _tell_all(found: list[Difference], listener: Listener) -> None:
    for difference in found:
        listener.finds(_counted(difference))
        for sample in difference.samples:
            listener.finds(f"  {sample}")
    if not found:
        listener.says("no row differs from the live tables")


def _counted(difference: Difference) -> str:
    counts = {
        "rows only in the new tables": difference.only_new,
        "rows only in the live tables": difference.only_live,
        **{f"differ in {c}": n for c, n in difference.columns.items()},
    }
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    return f"{difference.table}: {told}"
