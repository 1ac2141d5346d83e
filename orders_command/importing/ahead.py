"""Saves each part of a file while the next one is being prepared."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from django.db import Error, IntegrityError, connection

from customers import directory
from orders_command import feed
from orders_command.importing.checking import Candidate
from orders_command.importing.problems import Problem
from orders_command.importing.saving import NOBODY, LostRace, Plan, planned, save, saved
from orders_command.signals import events_committed

GIVES_UP_SECONDS = 60.0  # while the server is away, or others are in the way
AGAIN_SECONDS = 0.02


class Interrupted(Exception):
    """The command database took nothing for too long; what is in stays in."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some orders of the file: those that are typed, and what is wrong with others."""

    orders: int
    candidates: Sequence[Candidate]
    problems: Sequence[Problem]
    done: int  # bytes of the file up to here


@dataclass(frozen=True, kw_only=True)
class _Ahead:
    part: Part
    plan: Plan | None
    saving: Future[Plan]


def saved_ahead(parts: Iterable[Part]) -> Iterator[tuple[Part, Plan]]:
    """
    Save all parts in sequence, and yield each with what became of it.

    :raises Interrupted: if the command database is away
    """
    ahead = None
    with ThreadPoolExecutor(1, "import") as thread:
        try:
            for part in parts:
                plan = _planned(part, ahead)
                if ahead is not None:
                    became = ahead.saving.result()
                    yield ahead.part, became
                    if became is not ahead.plan:  # so other customers were made
                        plan = _planned(part)
                saving = thread.submit(_written, part.candidates, plan)
                ahead = _Ahead(part=part, plan=plan, saving=saving)
            if ahead is not None:
                yield ahead.part, ahead.saving.result()
        finally:
            thread.submit(_hang_up)


def _hang_up() -> None:
    """Close the connection of the thread that calls."""
    connection.close()


def _planned(part: Part, ahead: _Ahead | None = None) -> Plan | None:
    """Plan beside the part that is being saved; it will mostly go as it was planned."""
    pending = ahead.plan.newcomers if ahead and ahead.plan else NOBODY
    try:
        return planned(part.candidates, pending=pending)
    except Error:
        connection.close()
        return None


def _written(candidates: Sequence[Candidate], plan: Plan | None) -> Plan:
    """Save what was planned, or plan anew until nobody is in the way."""
    gives_up_at = time.monotonic() + GIVES_UP_SECONDS
    while True:
        try:
            if plan is None:
                plan = saved(candidates)
            else:
                save(plan)
        except LostRace:
            pass  # another import is at work, for as long as it takes
        except (directory.EmailTaken, Error) as error:
            if not isinstance(error, IntegrityError):
                connection.close()
            if time.monotonic() > gives_up_at:
                raise Interrupted(type(error).__name__) from None
        else:
            _announce(plan)
            return plan
        plan = None
        time.sleep(AGAIN_SECONDS)


def _announce(plan: Plan) -> None:
    if plan.new:
        with suppress(Error):  # it is in, and beat rings too
            events_committed.send_robust(sender=_announce, position=feed.head())
