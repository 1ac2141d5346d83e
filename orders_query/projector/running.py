"""One runner at a time works the log off for all projections, and lingers for more."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error, connections

from orders_command import feed
from orders_query import metrics
from orders_query.databases import PRIMARY
from orders_query.projector import sets
from orders_query.projector.checkpoints import NoSuchSet, Stand, end_try
from orders_query.projector.pacing import Pace
from orders_query.projector.registry import ORDERS, PROJECTIONS, WEBHOOKS
from orders_query.projector.sharing import Reading
from orders_query.projector.stepping import BATCH, Step, step

logger = logging.getLogger(__name__)

LINGER_SECONDS = 0.1  # a task that stays is cheaper than a task for each event
POLL_SECONDS = 0.001
# Statistics wait for so long a moment without orders to show, but not for ever.
QUIET_SECONDS = 0.03
OTHERS_AT_LEAST_EVERY = 0.25
# Nobody looks at these: who sends looks five times a second, and receivers take longer.
WEBHOOKS_AT_MOST_EVERY = 0.25
LOCK = "projector"
OnStep = Callable[[str, Step], None]


def catch_up(
    *projections: str,
    seconds: float = 20.0,
    rung_at: datetime | None = None,
    on_step: OnStep = lambda *_: None,
) -> bool:
    """
    Apply what the log has and the projections have not: all, and sets that are kept,
    unless named.

    For so many `seconds` at most; `rung_at` is when the doorbell rang for it, and
    `on_step` is told of each step that made something visible. Return whether there
    is more: the time was up, or an event came in just as the work was let go, when a
    ring for it may have found the work taken.

    A projection that fails is left for the next run; the others go on, and then its
    error is raised.
    """
    with _sole_runner() as alone:
        if not alone:
            return False
        run = _Run(
            projections=projections or (*PROJECTIONS, *sets.kept()),
            deadline=time.monotonic() + seconds,
            rung_at=rung_at,
            on_step=on_step,
        )
        run.to_the_end()
    return run.is_behind()


@dataclass(kw_only=True)
class _Run:
    projections: tuple[str, ...]
    deadline: float
    rung_at: datetime | None
    on_step: OnStep
    positions: dict[str, int] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)
    others_at: float = 0.0
    webhooks_at: float = 0.0
    begun: set[str] = field(default_factory=set)  # a try is noted as under way
    limits: dict[str, int] = field(default_factory=dict)  # after a death
    stands: dict[str, Stand] = field(default_factory=dict)  # where the last steps led
    pace: Pace = field(default_factory=Pace)
    reading: Reading = field(default_factory=Reading)
    began_at: float = 0.0  # the last round

    def to_the_end(self) -> None:
        """Work until nothing is left and nothing comes, or until the time is up."""
        try:
            worked = self._round()
            while worked and time.monotonic() < self.deadline:
                worked = (
                    self._round()
                    or self._more_comes(LINGER_SECONDS)
                    or self._note_webhooks()
                )
        finally:
            self._end_tries()
        if self.failed:
            raise next(iter(self.failed.values()))

    def is_behind(self) -> bool:
        return feed.head() > min(self.positions.values(), default=0)

    def _round(self) -> bool:
        """Step each set of tables once, orders first; return whether any had work."""
        time.sleep(self.pace.due_in(since=self.began_at))
        self.began_at = time.monotonic()
        busy = ORDERS in self._at_work() and self._step(ORDERS)
        others = self._others()
        if not self._is_turn_of(others, busy=busy):
            return busy
        are_known = all(name in self.positions for name in others)
        if not busy and are_known and self._more_comes(QUIET_SECONDS):
            return True
        self.others_at = time.monotonic()
        worked = [self._step(name) for name in others]
        return busy or any(worked)

    def _others(self) -> list[str]:
        left_out = {ORDERS}
        if time.monotonic() - self.webhooks_at < WEBHOOKS_AT_MOST_EVERY:
            left_out.add(WEBHOOKS)
        return [name for name in self._at_work() if name not in left_out]

    def _note_webhooks(self) -> bool:
        """
        Leave nothing of them behind that was put off.

        That may be much, so it is left at once for an order that comes in: then there
        is more to do for all.
        """
        far = max(self.positions.values(), default=0)
        while (
            WEBHOOKS in self._at_work()
            and self.positions.get(WEBHOOKS, far) < far
            and time.monotonic() < self.deadline
            and self._step(WEBHOOKS)
        ):
            if ORDERS in self._at_work() and feed.head() > self.positions[ORDERS]:
                return True
        return False

    def _is_turn_of(self, others: list[str], *, busy: bool) -> bool:
        """Statistics, and a set that is kept, wait for a moment without orders."""
        if busy:
            return time.monotonic() - self.others_at > OTHERS_AT_LEAST_EVERY
        far = self.positions.get(ORDERS)
        return any(
            far is None or self.positions.get(name, far - 1) < far for name in others
        )

    def _at_work(self) -> list[str]:
        return [name for name in self.projections if name not in self.failed]

    def _step(self, projection: str) -> bool:
        began = time.monotonic()
        if projection == WEBHOOKS:
            self.webhooks_at = began
        limit = self.limits.get(projection, BATCH)
        done = self._tried(projection, limit)
        if done is None:
            return False
        if done.applied:
            metrics.applied(projection, done.applied, time.monotonic() - began)
            if projection == ORDERS and done.applied < BATCH:
                self.pace.took(done.applied)
            self.begun.add(projection)
            # What the last process has died of may be anywhere in its batch: each
            # time that is survived, twice as many are dared.
            self.limits[projection] = 2 if done.careful else min(BATCH, limit * 2)
        self._note(projection, done)
        return done.applied > 0

    def _tried(self, projection: str, limit: int) -> Step | None:
        """Step a set; None if it is gone, or stands still until the next run."""
        try:
            return step(
                projection,
                limit=limit,
                stand=self.stands.pop(projection, None),
                rung_at=self.rung_at,
                has_begun=projection in self.begun,
                goes_on=True,
                reading=self.reading,
            )
        except NoSuchSet:
            # Dropped a moment ago; of those that serve that would be a defect.
            if projection in PROJECTIONS:
                raise
            self.projections = tuple(p for p in self.projections if p != projection)
        except Error as error:
            self._stood_still(projection, error)
            raise  # the databases are all projections' own
        except Exception as error:
            self._stood_still(projection, error)
            logger.exception("The projection %s stands still", projection)
            self.failed[projection] = error
        return None

    def _stood_still(self, projection: str, error: Exception) -> None:
        metrics.stood_still(projection, type(error).__name__)
        self.begun.add(projection)

    def _note(self, projection: str, done: Step) -> None:
        self.positions[projection] = done.position
        if done.stand is not None:
            self.stands[projection] = done.stand
        if done.since is not None:
            self.on_step(projection, done)

    def _end_tries(self) -> None:
        """Say that this process lives; if that fails, the next one is careful."""
        for name in self.begun:
            try:
                end_try(name)
            except Error as error:
                logger.warning(
                    "The end of a run is not noted: %s", type(error).__name__
                )

    def _more_comes(self, seconds: float) -> bool:
        """Look at the log for a little longer."""
        position = max(self.positions.values(), default=0)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if feed.head() > position:
                return True
            time.sleep(POLL_SECONDS)
        return False


@contextmanager
def _sole_runner() -> Iterator[bool]:
    """Hold the projector's lock if it is free. It saves work; the fence is law."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", [LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connections[PRIMARY].cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtext(%s))", [LOCK])
