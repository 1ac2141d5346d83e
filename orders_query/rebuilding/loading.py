"""Fills an empty set of the `orders` projection in bulk: stream by stream, by COPY.

All events of an order are folded at once, and each of its rows is written once. The
projector, which must go by position, writes an order's row again for each event, and
needs it back for the next one: it takes three times as long.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from django.db import DataError, Error, IntegrityError, connections, transaction
from psycopg import sql

from orders_command import faults, feed
from orders_query import health
from orders_query.databases import PRIMARY
from orders_query.projection import Rows, TotalsRow, apply
from orders_query.projector import (
    Overtaken,
    Words,
    begin_try,
    end_try,
    fence,
    move,
    put_off,
    sets,
    stand_of,
    words_of_the_day,
)
from orders_query.rebuilding.copying import copy_counts, copy_orders, copy_totals

logger = logging.getLogger(__name__)

NAME = sets.name_of(sets.ORDERS, sets.SHADOW)
BATCH = 20_000  # events that are folded, and written, at a time
PROOF_SECONDS = 15.0  # longer than a writer may take


def may_load(projection: str) -> bool:
    """
    Tell whether the unfinished set is at its beginning, and no load has died of it.

    Whatever an event does to a process that folds it, the projector finds out which one
    it is; and it parks those that cannot be applied. So it takes over then.
    """
    if projection != sets.ORDERS:
        return False
    stand = stand_of(NAME)
    if stand.position:
        return False
    empty()
    return stand.tries == 0


def load() -> Iterator[tuple[int, int]]:
    """
    Fill the tables up to the log's head; yield how many events are in, and of how many.

    If an event cannot be applied, the tables are left empty and at the beginning.
    """
    try:
        up_to = feed.proven_head(timeout=PROOF_SECONDS)
    except TimeoutError:
        return
    if not up_to or begin_try(NAME, 0) > 1:
        return
    try:
        with put_off(), _Load() as loading:
            known = feed.count(up_to=up_to)
            for loaded in loading.all_of(up_to):
                yield loaded, known
            loading.finish(up_to)
    except (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError) as no:
        _give_up(no)
    except (Error, psycopg.Error, Overtaken):
        raise
    except Exception as no:
        _give_up(no)


def empty() -> None:
    """Take the rows of an earlier load that was ended."""
    with transaction.atomic(using=PRIMARY):
        sets.use(NAME)
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(_truncate())


class _Load:
    """Folds in this thread, and writes what is folded in another one."""

    def __init__(self) -> None:
        self._totals: dict[UUID, TotalsRow] = {}
        self._counts: Counter[str] = Counter()
        self._writer = ThreadPoolExecutor(1, "copy")
        self._writing: Future[None] | None = None

    def __enter__(self) -> "_Load":
        self._server = health.connect(PRIMARY)
        self._server.execute(
            "select set_config('search_path', %s, false)",
            [f"{sets.schema_of(NAME)}, {sets.LIVE_SCHEMA}"],
        )
        # What a crash of the server takes away, the next load writes again.
        self._server.execute("set synchronous_commit = off")
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.shutdown()
        self._server.close()

    def all_of(self, up_to: int) -> Iterator[int]:
        done = 0
        for events in feed.by_stream(up_to=up_to, about=BATCH):
            rows = Rows(totals=self._totals)
            for recorded in events:
                apply(rows, recorded)
            self._counts.update(rows.counts)
            self._write(rows, words_of_the_day(rows))
            faults.reach("rebuild.after_batch", sets.ORDERS)
            done += len(events)
            yield done

    def finish(self, up_to: int) -> None:
        """Write the sums, and let the checkpoint stand at the end, with one commit."""
        self._written()
        (last,) = feed.settled(after=up_to - 1, up_to=up_to)
        with transaction.atomic(using=PRIMARY):
            fence(NAME, 0)
            sets.use(NAME)
            server = connections[PRIMARY].connection
            copy_totals(server, self._totals.values())
            copy_counts(server, [(s, n) for s, n in self._counts.items() if n])
            move(NAME, to=last)

    def _write(self, rows: Rows, words: Words) -> None:
        self._written()
        self._writing = self._writer.submit(self._copy, rows, words)

    def _written(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _copy(self, rows: Rows, words: Words) -> None:
        with self._server.transaction():
            copy_orders(self._server, rows, words, at=datetime.now(UTC))


def _give_up(error: Exception) -> None:
    # Its words may quote a row; the projector names the event and parks it.
    kind = type(error).__name__
    logger.warning("The log is applied batch by batch: loading it met a %s", kind)
    empty()
    end_try(NAME)


def _truncate() -> sql.Composed:
    tables = [sql.Identifier(m._meta.db_table) for m in sets.TABLES[sets.ORDERS]]
    return sql.SQL("truncate {}").format(sql.SQL(", ").join(tables))
