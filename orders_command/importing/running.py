"""The whole of an import: a survey of the file, and then its orders part by part."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import Error
from django.utils import timezone

from orders_command.importing.ahead import Interrupted, Part, saved_ahead
from orders_command.importing.checking import Candidate, Check
from orders_command.importing.problems import Problem, Refused
from orders_command.importing.reading import REFERENCE, RawOrder, Reader
from orders_command.importing.saving import Plan, planned
from orders_command.importing.surveying import Survey

BATCH, ROWS_AT_ONCE = 1_000, 5_000


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

    def add(self, part: Part, plan: Plan) -> None:
        self.done = part.done
        self.orders += part.orders
        self.imported += len(plan.new)
        self.already_there += plan.already_there
        self.refused += plan.refused + part.orders - len(part.candidates)
        self.customers += len(plan.newcomers)


def import_orders(
    path: Path, *, currency: str, is_dry: bool, batch: int, tally: Tally
) -> Iterator[list[Problem]]:
    """
    Bring the orders of a file in and keep the tally; yield what is wrong in each part.

    :raises Unusable: if nothing can be read from the file
    :raises Interrupted: if the command database is away
    """
    survey, reader = Survey(), Reader(path)
    tally.size = reader.lines.size
    for tally.orders in survey.look(reader.references()):
        tally.done = reader.lines.done
        yield []
    reader = Reader(path)
    check = Check(reader.columns, now=timezone.now(), currency=currency)
    parts = (_typed(raws, check, survey, reader) for raws in _parts(reader, batch))
    tally.begin("checking" if is_dry else "importing")
    for part, plan in _looked_at(parts) if is_dry else saved_ahead(parts):
        tally.add(part, plan)
        yield sorted([*part.problems, *plan.problems], key=lambda p: p.line)


def _looked_at(parts: Iterable[Part]) -> Iterator[tuple[Part, Plan]]:
    """Plan each part and store nothing."""
    try:
        for part in parts:
            yield part, planned(part.candidates)
    except Error as error:
        raise Interrupted(type(error).__name__) from None


def _parts(orders: Reader, batch: int) -> Iterator[list[RawOrder]]:
    part: list[RawOrder] = []
    rows = 0
    for order in orders:
        part.append(order)
        rows += len(order.rows)
        if len(part) >= batch or rows >= ROWS_AT_ONCE:
            yield part
            part, rows = [], 0
    if part:
        yield part


def _typed(
    raws: Sequence[RawOrder], check: Check, survey: Survey, reader: Reader
) -> Part:
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for raw in raws:
        places = survey.places(raw.reference)
        if places and raw.reference:
            reason = "Its rows stand in several places, from lines {} and {} on."
            raw.wrong(raw.line, REFERENCE, reason.format(*places))
        try:
            candidates.append(check(raw))
        except Refused as refused:
            problems += refused.problems
    return Part(
        orders=len(raws),
        candidates=candidates,
        problems=problems,
        done=reader.lines.done,
    )
