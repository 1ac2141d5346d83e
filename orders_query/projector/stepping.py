"""One batch: read and proven from the log, folded in memory, written at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import DataError, Error, IntegrityError, transaction

from orders_command import faults, feed, tracing
from orders_command.events import Recorded
from orders_query import metrics
from orders_query.databases import PRIMARY
from orders_query.projector import parking, sets, telling
from orders_query.projector.applying import apply_to
from orders_query.projector.checkpoints import (
    Overtaken,
    Stand,
    begin_try,
    fence,
    freshen,
    halt,
    move,
    stand_of,
)
from orders_query.projector.collecting import put_off
from orders_query.projector.renaming import rename_in_parts
from orders_query.projector.sharing import Reading

BATCH = 1000
TRIES = 5  # at an event that ends the process, before it is parked
_left: set[str] = set()  # sets with a try that this process began and did not end


class LogReplaced(Exception):
    """The log is not the one that the checkpoint has seen; rebuild the projection."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    Where a projection stands after a batch, and how many events that took.

    `since` is the time, by the log's clock, from which on a reader could miss what
    the step has made visible; None if it made nothing visible. A `careful` step took
    one event only, since the process that tried more of them has died. `stand` is for
    the next step of the same runner, unless it cannot be known.
    """

    position: int
    applied: int = 0
    since: datetime | None = None
    careful: bool = False
    stand: Stand | None = field(default=None, compare=False, repr=False)


def step(  # noqa: PLR0913 - what a runner knows of its last step
    name: str,
    *,
    limit: int = BATCH,
    stand: Stand | None = None,
    rung_at: datetime | None = None,
    has_begun: bool = False,
    goes_on: bool = False,
    reading: Reading | None = None,
) -> Step:
    """
    Bring one set of read tables on by one batch, at most `limit` events.

    A second runner at the same time changes nothing: the checkpoint moves in the
    transaction of the rows, and only from where the batch was read. So a runner may
    tell where its last step has left the set (`stand`) instead of having it looked up:
    if that is no longer true, nothing is applied. `rung_at` is when the doorbell rang.
    A runner that has made a step and `goes_on` has begun its next
    try with that (`has_begun`); it ends the last one itself. What it reads may be
    shared among its steps (`reading`).

    :raises LogReplaced: if the event at the checkpoint is missing or another one
    """
    with put_off():
        stand = stand or stand_of(name)
        return _step(
            name,
            stand,
            limit,
            rung_at,
            has_begun=has_begun,
            goes_on=goes_on,
            reading=reading or Reading(),
        )


def _step(  # noqa: PLR0913 - the same
    name: str,
    stand: Stand,
    limit: int,
    rung_at: datetime | None,
    *,
    has_begun: bool,
    goes_on: bool,
    reading: Reading,
) -> Step:
    # A try that this very process has left with an error was no death.
    is_own = has_begun or name in _left
    is_careful = stand.tries > 0 and not is_own
    most = 1 if is_careful else limit
    batch = reading.read(name, after=stand.position, limit=most)
    _require_same_log(name, stand, batch)
    if not batch.events:
        return _at_the_head(name, stand, batch)
    fresh_at = _fresh_at(stand, batch)
    writing = _Writing(name=name, rung_at=rung_at, goes_on=goes_on)
    try:
        tries = 1 if is_own else begin_try(name, stand.position)
        _left.add(name)
        writing.write(stand.position, batch.events, fresh_at, tries=tries)
    except Overtaken:
        return Step(position=stand.position)
    _left.discard(name)
    return Step(
        position=batch.events[-1].position,
        applied=len(batch.events),
        since=batch.events[0].recorded_at,
        careful=is_careful,
        stand=_left_at(batch.events[-1], fresh_at, goes_on=goes_on),
    )


def _left_at(last: Recorded, fresh_at: datetime | None, *, goes_on: bool) -> Stand:
    return Stand(
        position=last.position, hash=last.hash, fresh_at=fresh_at, tries=int(goes_on)
    )


def _at_the_head(name: str, stand: Stand, batch: feed.Batch) -> Step:
    """Say that nothing is missing, if that has not just been said."""
    if not freshen(name, stand, fresh_at=batch.fresh_at):
        return Step(position=stand.position, stand=stand)
    fresh = replace(stand, fresh_at=batch.fresh_at)
    return Step(position=stand.position, since=batch.fresh_at, stand=fresh)


def follow(name: str, position: int, events: Sequence[Recorded]) -> None:
    """
    Bring a set on from a position, in the caller's transaction, which holds its row.

    Events that cannot be applied end it with their error: `step` parks them.
    """
    sets.use(name)
    parked = fence(name, position)
    free = parking.hold_back(name, events) if parked else events
    apply_to(name, free)
    move(name, to=events[-1])


def _require_same_log(name: str, stand: Stand, batch: feed.Batch) -> None:
    if stand.position and batch.anchor != stand.hash:
        why = _difference(name, stand, feed.head())
        halt(name, stand.position, why)
        raise LogReplaced(why)


def _fresh_at(stand: Stand, batch: feed.Batch) -> datetime | None:
    """Return None as long as the set has never been at the head: it is being filled."""
    never = stand.fresh_at is None and not batch.reaches_head
    return None if never else batch.fresh_at


def _difference(name: str, stand: Stand, head: int) -> str:
    """Say how the log differs from the one that was known, and what to do."""
    rebuild = _remedy(name)
    if head < stand.position:
        return (
            f"The log ends at {head}, before {stand.position}, which {name} has "
            "applied: it was restored from an older state, or its end was lost. "
            f"Run `manage.py new_epoch`, then {rebuild}."
        )
    return (
        f"Event {stand.position} is not in the log as {name} has applied it: the log "
        f"was replaced. Run {rebuild}."
    )


def _remedy(name: str) -> str:
    if name == sets.WEBHOOKS:
        return "`manage.py webhooks resume --after POSITION`"
    return f"`manage.py rebuild {sets.projection_of(name)}`"


@dataclass(frozen=True, kw_only=True)
class _Writing:
    """Writes a batch; what cannot be applied, in halves, until one event is alone."""

    name: str
    rung_at: datetime | None
    goes_on: bool

    def write(
        self,
        position: int,
        events: Sequence[Recorded],
        fresh_at: datetime | None,
        *,
        tries: int,
    ) -> None:
        """Apply or park the events, from where the checkpoint stands now."""
        if tries > TRIES:
            died = f"the process has died of it {TRIES} times"
            self._park(position, events[0], fresh_at, died, TRIES)
            return
        try:
            self._commit(position, events, fresh_at)
        except (IntegrityError, DataError) as error:
            self._part(position, events, fresh_at, error)
        except (Overtaken, Error):
            raise  # the databases are everybody's own
        except Exception as error:
            self._part(position, events, fresh_at, error)

    def _part(
        self,
        position: int,
        events: Sequence[Recorded],
        fresh_at: datetime | None,
        error: Exception,
    ) -> None:
        if len(events) == 1:
            self._park(position, events[0], fresh_at, parking.told(error), 1)
            return
        half = len(events) // 2
        first, second = events[:half], events[half:]
        so_far = None if fresh_at is None else first[-1].recorded_at
        self.write(position, first, so_far, tries=1)
        self.write(first[-1].position, second, fresh_at, tries=1)

    def _commit(
        self, position: int, events: Sequence[Recorded], fresh_at: datetime | None
    ) -> None:
        began_ns = tracing.now_ns()
        rename_in_parts(self.name, position, events)
        with tracing.span(f"batch of {self.name}", events=len(events)):
            free = self._apply(position, events, fresh_at)
            tracing.applied(self.name, free, began_ns=began_ns)
        telling.applied(self.name, free)
        faults.reach("projection.after_commit", self.name)

    def _apply(
        self, position: int, events: Sequence[Recorded], fresh_at: datetime | None
    ) -> Sequence[Recorded]:
        """Return those that were not held back."""
        with transaction.atomic(using=PRIMARY):
            is_parked = fence(self.name, position)
            sets.use(self.name)
            free = parking.hold_back(self.name, events) if is_parked else events
            if free:
                apply_to(self.name, free, rung_at=self.rung_at)
            self._move(events[-1], fresh_at)
            faults.reach("projection.before_commit", self.name)
        return free

    def _park(
        self,
        position: int,
        event: Recorded,
        fresh_at: datetime | None,
        error: str,
        tries: int,
    ) -> None:
        with transaction.atomic(using=PRIMARY):
            fence(self.name, position)
            sets.use(self.name)
            parking.park(self.name, event, error=error, tries=tries)
            self._move(event, fresh_at)
        metrics.parked(self.name, event.type)
        telling.parked(self.name, event, error)

    def _move(self, to: Recorded, fresh_at: datetime | None) -> None:
        move(self.name, to=to, fresh_at=fresh_at, goes_on=self.goes_on)
