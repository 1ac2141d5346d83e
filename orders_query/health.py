"""Asks each read database, a few times a second, whether it works and how far it is.

Every process that reads has its own watch: a thread for each database, with a
connection of its own, so that one that is frozen holds up nobody. Readers only look at
what it noted.
"""

import logging
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
from django.conf import settings
from django.db import connections

from orders_query.databases import PRIMARY

logger = logging.getLogger(__name__)

PROBE_EVERY_SECONDS = 0.25
SILENT_SECONDS = 0.5  # a probe that takes longer is no answer
# While readers wait for a position, one probe after the other looks for all of them.
EAGER_SECONDS, LEAST_EAGER_SECONDS = 0.003, 0.02


@dataclass(frozen=True, kw_only=True)
class Health:
    """What is known of a database: `fresh_at` and `position` as its checkpoint says."""

    works: bool = True  # until the first probe says otherwise
    position: int = 0
    fresh_at: datetime | None = None


class Watch:
    """Probes one database for as long as the process lives."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._noted = Health()
        self._asked_at: float | None = None  # while a probe is under way
        self._connection: psycopg.Connection | None = None
        self._now = threading.Event()
        self._noted_anew = threading.Condition()
        self._probes = 0
        self._waiting = 0
        self._pause = EAGER_SECONDS
        threading.Thread(target=self._watch, name=f"watch {alias}", daemon=True).start()

    @property
    def health(self) -> Health:
        """Return what is known now; a probe that hangs is as bad as one that fails."""
        asked_at = self._asked_at
        if asked_at is not None and time.monotonic() - asked_at > SILENT_SECONDS:
            return replace(self._noted, works=False)
        return self._noted

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until it shows a position; return early if it fails."""

        def is_over() -> bool:
            return self._noted.position >= position or not self.health.works

        with self._noted_anew:
            self._waiting += 1
            self._pause = EAGER_SECONDS
            self._now.set()
            self._noted_anew.wait_for(is_over, seconds)
            self._waiting -= 1
        return self._noted.position >= position

    def probe_now(self) -> Health | None:
        """Wait for a probe that began after this call, but not for a frozen server."""
        with self._noted_anew:
            wanted = self._probes + (2 if self._asked_at is not None else 1)
            self._now.set()
            self._noted_anew.wait_for(lambda: self._probes >= wanted, SILENT_SECONDS)
            came = self._probes >= wanted
        return self._noted if came and self._noted.works else None

    def look_now(self) -> None:
        """Probe again at once: a reader has just seen it fail."""
        self._now.set()

    def _watch(self) -> None:
        while True:
            self._now.clear()
            self._asked_at = time.monotonic()
            try:
                self._note(self._probe())
            except (psycopg.Error, OSError) as error:
                self._close()
                self._note(replace(self._noted, works=False), type(error).__name__)
            self._now.wait(self._until_next())

    def _until_next(self) -> float:
        if not self._waiting:
            return PROBE_EVERY_SECONDS
        pause = self._pause
        self._pause = min(pause * 1.1, LEAST_EAGER_SECONDS)
        return pause

    def _probe(self) -> Health:
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = connect(self.alias)
        row = connection.execute(_PROBE).fetchone()
        assert row is not None
        return Health(position=row[0], fresh_at=row[1])

    def _note(self, found: Health, why: str = "") -> None:
        if found.works != self._noted.works:
            how = "works again" if found.works else f"does not answer: {why}"
            logger.warning("%s %s", self.alias, how)
        with self._noted_anew:
            self._noted = found
            self._asked_at = None
            self._probes += 1
            self._noted_anew.notify_all()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_watches: dict[str, Watch] = {}
_starting = threading.Lock()


def watch(alias: str) -> Watch:
    """Return the watch over a database, begun with the first question."""
    found = _watches.get(alias)
    if found is None:
        with _starting:
            found = _watches.get(alias) or Watch(alias)
            _watches[alias] = found
    return found


def now(alias: str) -> Health | None:
    """Probe at once and return what is found, None if there is no answer."""
    return watch(alias).probe_now()


def works(alias: str) -> bool:
    """Tell whether a database answers, as far as is known."""
    return watch(alias).health.works


def is_in_rotation(alias: str) -> bool:
    """Tell whether a replica may be asked: it works, and is not too far behind."""
    health = watch(alias).health
    if not health.works:
        return False
    lag = _lag(health, watch(PRIMARY).health)
    return lag is None or lag <= settings.REPLICA_LAG_SECONDS


def lag_of(alias: str) -> float | None:
    """
    Return how many seconds a replica is behind the read primary, None if unknown.

    Both times are the log's own clock, as the projector wrote it, so no two machines'
    clocks are compared.
    """
    health = watch(alias).health
    return _lag(health, watch(PRIMARY).health) if health.works else None


def _lag(replica: Health, primary: Health) -> float | None:
    if replica.fresh_at is None or primary.fresh_at is None or not primary.works:
        return None
    return max(0.0, (primary.fresh_at - replica.fresh_at).total_seconds())


def connect(alias: str) -> psycopg.Connection:
    """Connect outside of Django's wrappers, which belong to the threads of readers."""
    parameters = dict(connections[alias].get_connection_params())
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    made = psycopg.connect(**parameters, autocommit=True)
    if not settings.PREPARED_STATEMENTS:
        made.prepare_threshold = None
    return made


_PROBE = "select position, fresh_at from orders_query_checkpoint where name = 'orders'"
