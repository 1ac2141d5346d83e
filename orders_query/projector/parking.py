"""Orders with an event that cannot be applied: it waits, with those after it, while
everybody else goes on. Somebody retries it, or skips it and says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connections, transaction

from orders_command import feed
from orders_command.events import (
    CustomerErased,
    OrderCreated,
    OrderItemsAmended,
    Recorded,
)
from orders_query.databases import PRIMARY
from orders_query.projection import stored
from orders_query.projector import rows, sets, statements, telling
from orders_query.projector.applying import apply_to

RETRY, SKIP = "retry", "skip"
BEGUN, APPLIED, SKIPPED = "begun", "applied", "skipped"
LOCK_SECONDS = 10  # for the projector's own transaction to end
SHOWN_ERROR = 500  # characters of one
# A cancellation takes out of the sums what these have put in.
SUMMED = frozenset({OrderCreated.__name__, OrderItemsAmended.__name__})


class NothingParked(Exception):
    """No event of this order is parked; somebody else may have been here."""


class NotSkippable(Exception):
    """Left out, it would make what follows wrong."""


class ProjectorIsBusy(Exception):
    """The projection's checkpoint is held for long."""


NOT_TRIED = (NothingParked, NotSkippable, ProjectorIsBusy)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who wants a parked event retried or skipped, and why."""

    action: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The first parked event of an order or a customer, in one set of read tables."""

    name: str
    stream_id: UUID
    position: int
    version: int
    type: str
    error: str
    tries: int
    behind: int  # so many more wait behind it


def hold_back(name: str, events: Sequence[Recorded]) -> list[Recorded]:
    """Park what follows a parked event of its order; return the others."""
    with connections[PRIMARY].cursor() as cursor:
        streams = list({event.stream_id for event in events})
        cursor.execute(statements.PARKED_STREAMS, [name, streams])
        parked = {stream_id for (stream_id,) in cursor.fetchall()}
    behind = [event for event in events if event.stream_id in parked]
    for event in behind:
        park(name, event)
    telling.held_back(name, behind)
    return [event for event in events if event.stream_id not in parked]


def park(name: str, event: Recorded, *, error: str = "", tries: int = 0) -> None:
    """
    Park an event in the transaction of the checkpoint; without an error it waits.

    What it means for a person's words does not wait: an erasure takes them away.
    """
    parameters: dict[str, Any] = {
        "name": name,
        "checkpoint": stored(name),
        "position": event.position,
        "stream_id": event.stream_id,
        "version": event.version,
        "type": event.type,
        "error": error[:SHOWN_ERROR],
        "tries": tries,
    }
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.PARK, parameters)
        if sets.projection_of(name) == sets.ORDERS:
            cursor.execute(statements.MARK_PARKED, [event.stream_id])
            if event.type == CustomerErased.__name__:
                rows.erase([event.stream_id])


def waiting(name: str = "", stream_id: UUID | None = None) -> list[Waiting]:
    """Return the first parked event of each order, longest parked first."""
    asked: dict[str, Any] = {"name": name, "stream_id": stream_id}
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.WAITING, asked)
        columns = [column.name for column in cursor.description]
        found = cursor.fetchall()
    return [Waiting(**dict(zip(columns, row, strict=True))) for row in found]


def retry(name: str, stream_id: UUID, *, actor: str, reason: str = "") -> list[str]:
    """
    Apply the parked events of an order in sequence, as far as that goes.

    Return what came of each. The decision is kept before it is tried, so that it is
    known even if the event kills this process.

    :raises NothingParked: if there is none
    :raises ProjectorIsBusy: if the checkpoint is held for long
    """
    decision = Decision(action=RETRY, actor=actor, reason=reason)
    outcomes = [_decided(name, stream_id, decision)]
    while outcomes[-1] == APPLIED and waiting(name, stream_id):
        outcomes.append(_decided(name, stream_id, decision))
    return outcomes


def skip(name: str, stream_id: UUID, *, actor: str, reason: str) -> list[str]:
    """
    Leave out an order's first parked event for good, and apply those behind it.

    :raises ValueError: without a reason
    :raises NotSkippable: if what follows counts on it
    :raises NothingParked: if there is none
    :raises ProjectorIsBusy: if the checkpoint is held for long
    """
    if not reason.strip():
        raise ValueError("Skipping an event needs a reason.")
    decision = Decision(action=SKIP, actor=actor, reason=reason)
    outcomes = [_decided(name, stream_id, decision)]
    if waiting(name, stream_id):
        outcomes += retry(name, stream_id, actor=actor, reason=reason)
    return outcomes


def _decided(name: str, stream_id: UUID, decision: Decision) -> str:
    first = next(iter(waiting(name, stream_id)), None)
    if first is None:
        raise NothingParked(f"Nothing of {stream_id} is parked in {name}.")
    if decision.action == SKIP:
        _require_skippable(first)
    kept = _keep(first, decision)
    try:
        outcome = _carry_out(first, decision)
    except (OperationalError, NothingParked, ProjectorIsBusy) as error:
        _conclude(kept, f"not tried: {type(error).__name__}")
        raise
    except Exception as error:
        outcome = f"failed: {told(error)}"
        _note_error(first, told(error))
    _conclude(kept, outcome)
    return outcome


def _require_skippable(first: Waiting) -> None:
    if sets.projection_of(first.name) == sets.SALES and first.type in SUMMED:
        raise NotSkippable(
            f"An {first.type} is not skipped in sales: a cancellation would take out "
            "what was never put in. Retry it with a version that can apply it, or "
            "rebuild sales."
        )


def told(error: Exception) -> str:
    """Return an error's kind, and its words if they are ours: others quote values."""
    ours = type(error).__module__.partition(".")[0].startswith("orders_")
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__


def _carry_out(first: Waiting, decision: Decision) -> str:
    applied: list[Recorded] = []
    with transaction.atomic(using=PRIMARY):
        _hold(first.name)
        sets.use(first.name)
        _take(first)
        if decision.action == RETRY:
            applied = [_event(first)]
            apply_to(first.name, applied)
        elif sets.projection_of(first.name) == sets.ORDERS:
            _leave_out(first)
        _unmark(first)
    telling.applied(first.name, applied)
    return APPLIED if decision.action == RETRY else SKIPPED


def _hold(name: str) -> None:
    """Keep the projector away; it is let go with the transaction."""
    try:
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute(statements.HOLD, [stored(name)])
    except OperationalError as error:
        raise ProjectorIsBusy(f"The projection {name} is held by another.") from error


def _take(first: Waiting) -> None:
    with connections[PRIMARY].cursor() as cursor:
        asked: list[Any] = [first.name, first.position, stored(first.name)]
        cursor.execute(statements.TAKE, asked)
        if cursor.fetchone() is None:
            raise NothingParked("Somebody else has just decided on it.")


def _event(first: Waiting) -> Recorded:
    found = feed.events_of(
        first.stream_id, after=first.version - 1, up_to=first.version
    )
    if not found:
        raise NothingParked("The log does not have this event.")
    return found[0]


def _leave_out(first: Waiting) -> None:
    """Let the next version follow, although this one has no effect."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.LEAVE_OUT, [first.version, first.stream_id])


def _unmark(first: Waiting) -> None:
    if sets.projection_of(first.name) == sets.ORDERS:
        stream = first.stream_id
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(statements.MARK_IF_PARKED, [first.name, stream, stream])


def _keep(first: Waiting, decision: Decision) -> int:
    with transaction.atomic(using=PRIMARY), connections[PRIMARY].cursor() as cursor:
        asked: dict[str, Any] = {**vars(first), **vars(decision), "outcome": BEGUN}
        cursor.execute(statements.KEEP_DECISION, asked)
        kept: int = cursor.fetchone()[0]
        if decision.action == RETRY:
            cursor.execute(statements.COUNT_TRY, [first.name, first.position])
    return kept


def _conclude(kept: int, outcome: str) -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statements.CONCLUDE, [outcome[:SHOWN_ERROR], kept])


def _note_error(first: Waiting, error: str) -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statements.NOTE_ERROR, [error[:SHOWN_ERROR], first.name, first.position]
        )
