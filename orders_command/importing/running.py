"""The whole of an import: a survey of the file, and then its orders part by part."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import Error, IntegrityError, connection
from django.utils import timezone

from customers import directory
from orders_command.importing.checking import Candidate, Check
from orders_command.importing.problems import Problem, Refused
from orders_command.importing.reading import REFERENCE, RawOrder, Reader
from orders_command.importing.saving import LostRace, Plan, checked, saved
from orders_command.importing.surveying import Survey
from orders_command.signals import events_committed

ORDERS_AT_ONCE, ROWS_AT_ONCE = 1_000, 5_000
GIVES_UP_SECONDS = 60.0  # while others are at work or the server is away
AGAIN_SECONDS = 0.02


class Interrupted(Exception):
    """The command database was away for too long; what is in stays in."""


@dataclass(kw_only=True)
class Tally:
    """How far an import has come."""

    stage: str = "looking through the file"
    size: int = 0
    done: int = 0  # bytes of this stage
    orders: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0
    customers: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def begin(self, stage: str) -> None:
        self.stage, self.orders, self.began = stage, 0, time.monotonic()

    def add(self, plan: Plan, orders: int, *, refused: int) -> None:
        self.orders += orders
        self.imported += len(plan.new)
        self.already_there += plan.already_there
        self.refused += plan.refused + refused
        self.customers += len(plan.newcomers)


def import_orders(
    path: Path, *, currency: str, is_dry: bool, tally: Tally
) -> Iterator[list[Problem]]:
    """
    Bring the orders of a file in and keep the tally; yield what is wrong in each part.

    :raises Unusable: if nothing can be read from the file
    :raises Interrupted: if the command database is away
    """
    survey, reader = Survey(), Reader(path)
    tally.size = reader.lines.size
    for tally.orders in survey.look(reader):
        tally.done = reader.lines.done
        yield []
    reader = Reader(path)
    check = Check(reader.columns, now=timezone.now(), currency=currency)
    tally.begin("checking" if is_dry else "importing")
    for part in _parts(reader):
        candidates, problems = _typed(part, check, survey)
        plan = checked(candidates) if is_dry else _saved(candidates)
        tally.add(plan, len(part), refused=len(part) - len(candidates))
        tally.done = reader.lines.done
        yield sorted(problems + plan.problems, key=lambda problem: problem.line)


def _parts(orders: Reader) -> Iterator[list[RawOrder]]:
    part: list[RawOrder] = []
    rows = 0
    for order in orders:
        part.append(order)
        rows += len(order.rows)
        if len(part) >= ORDERS_AT_ONCE or rows >= ROWS_AT_ONCE:
            yield part
            part, rows = [], 0
    if part:
        yield part


def _typed(
    part: Sequence[RawOrder], check: Check, survey: Survey
) -> tuple[list[Candidate], list[Problem]]:
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for raw in part:
        places = survey.places(raw.reference)
        if places and raw.reference:
            reason = "Its rows stand in several places, from lines {} and {} on."
            raw.wrong(raw.line, REFERENCE, reason.format(*places))
        try:
            candidates.append(check(raw))
        except Refused as refused:
            problems += refused.problems
    return candidates, problems


def _saved(candidates: Sequence[Candidate]) -> Plan:
    """Save a part; one that got lost on the way is tried again, and is known then."""
    gives_up_at = time.monotonic() + GIVES_UP_SECONDS
    while True:
        try:
            plan = saved(candidates)
        except (LostRace, IntegrityError, directory.EmailTaken):
            pass
        except Error as error:
            connection.close()
            if time.monotonic() > gives_up_at:
                raise Interrupted(type(error).__name__) from None
        else:
            _announce(plan)
            return plan
        time.sleep(AGAIN_SECONDS)


def _announce(plan: Plan) -> None:
    if plan.new:
        events_committed.send_robust(sender=import_orders, position=0)
