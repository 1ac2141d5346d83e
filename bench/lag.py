"""From a command's answer to its row on the replica, at several rates.

Beside it a bare Celery task with one upsert, from the commit on, and the limit: a bare
row that is committed on the read primary and awaited on the replica.
"""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg

from bench import results, sizes
from bench.figures import PRODUCT, Aim, Figure, percentile, table
from bench.peers import celery_task
from bench.running import running_system
from bench.sizes import Size
from bench.system import Client, System
from bench.watching import Watcher

RATES = (20, 50, 100, 200)  # commands a second
SENDERS = 4
CELERY, BARE = "bare Celery task", "bare replication"
PARTIES = (PRODUCT, CELERY, BARE)
CENTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}
# Beside these, p50 shall be 5 ms and p99 20 ms at most.
AIMS: dict[str, dict[str, Aim]] = {"p50": {CELERY: Aim(aim=1)}, "p99": {}}
Send = Callable[[], tuple[float, int]]  # when it was answered, and its number


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The ms of each command, and how many a second there were in truth."""

    lags: list[float]
    reached: float


@dataclass(frozen=True, kw_only=True)
class Lags:
    """What each party has shown at one rate, round by round."""

    rate: int
    rounds: dict[str, list[Turn]] = field(
        default_factory=lambda: {party: [] for party in PARTIES}
    )

    def figures(self) -> list[Figure]:
        return [
            Figure(
                what=f"lag at {self.rate}/s, {name}",
                unit="ms",
                samples={
                    party: [percentile(turn.lags, CENTS[name]) for turn in turns]
                    for party, turns in self.rounds.items()
                },
                more_is_better=False,
                aims=AIMS[name],
            )
            for name in AIMS
        ]

    def rows(self) -> list[list[str]]:
        """Return a row of a table for each party, over all rounds together."""
        rows = []
        for party, turns in self.rounds.items():
            seen = [ms for turn in turns for ms in turn.lags]
            reached = statistics.median(turn.reached for turn in turns)
            cents = [f"{percentile(seen, cent):.1f} ms" for cent in CENTS.values()]
            rows.append([f"{self.rate}/s", party, f"{reached:.0f}/s", *cents])
        return rows


def measured(size: Size) -> list[Lags]:
    """Return what each party has shown at each rate, in rounds that alternate."""
    found = [Lags(rate=rate) for rate in RATES]
    with running_system() as system:
        scene = _Scene(system)
        with celery_task.worker(
            broker=system.urls["REDIS_URL"],
            database=system.urls["QUERY_DATABASE_OWNER_URL"],
        ):
            for turn in range(size.rounds):
                for lags in found:
                    for party, rounds in lags.rounds.items():
                        rounds.append(scene.turn(party, lags.rate, size.seconds))
                print(f"round {turn + 1} of {size.rounds}", flush=True)
    return found


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("lag", arguments)
    found = measured(size)
    head = ["rate", "", "reached", *CENTS]
    rows = [row for lags in found for row in lags.rows()]
    figures = [figure for lags in found for figure in lags.figures()]
    results.tell("lag", size, figures, table(head, rows))


def create_scratch(system: System) -> None:
    with psycopg.connect(system.urls["QUERY_DATABASE_OWNER_URL"]) as owner:
        owner.execute("create table scratch (n bigint primary key)")
        owner.execute("grant select on scratch to public")
        owner.execute("insert into scratch values (0)")
        owner.execute(celery_task.TABLES)
    with psycopg.connect(system.urls["DATABASE_OWNER_URL"]) as owner:
        owner.execute("create table scratch (n bigint primary key, at timestamptz)")


class _Scene:
    """The three parties, each with a way to send and a number to wait for."""

    def __init__(self, system: System) -> None:
        create_scratch(system)
        self._system = system
        self._customer = Client(system).customer()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._number = 0
        self._sends: dict[str, tuple[Send, str]] = {
            PRODUCT: (self._order, _CHECKPOINT),
            CELERY: (self._publish, "select max(n) from bench_task"),
            BARE: (self._insert, "select max(n) from scratch"),
        }

    def turn(self, party: str, rate: int, seconds: float) -> Turn:
        send, sql = self._sends[party]
        replica = self._system.urls["QUERY_REPLICA_URLS"].split(",")[0]
        with ThreadPoolExecutor(SENDERS) as pool:
            warm = [f.result() for f in [pool.submit(send) for _ in range(SENDERS * 4)]]
            watcher = Watcher(replica, sql)
            watcher.wait_for(max(number for _, number in warm))
            began = time.perf_counter()
            sent = []
            for place in range(int(rate * seconds)):
                time.sleep(max(0.0, began + place / rate - time.perf_counter()))
                sent.append(pool.submit(send))
            answered = [future.result() for future in sent]
        reached = len(answered) / (max(when for when, _ in answered) - began)
        watcher.wait_for(max(number for _, number in answered))
        watcher.stop()
        return Turn(lags=watcher.lags(answered), reached=reached)

    def _order(self) -> tuple[float, int]:
        if not hasattr(self._local, "client"):
            self._local.client = Client(self._system)
        status, receipt = self._local.client.order(self._customer)
        assert status == 201, receipt
        return time.perf_counter(), receipt["position"]

    def _publish(self) -> tuple[float, int]:
        mine = self._next()
        command = self._connection("DATABASE_OWNER_URL")
        command.execute("insert into scratch values (%s, now())", [mine])
        committed = time.perf_counter()
        celery_task.upsert.delay(mine)
        return committed, mine

    def _insert(self) -> tuple[float, int]:
        query = self._connection("QUERY_DATABASE_OWNER_URL")
        with self._lock:  # the greatest number must be the newest
            self._number += 1
            mine = self._number
            query.execute("insert into scratch values (%s)", [mine])
            return time.perf_counter(), mine

    def _next(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def _connection(self, url: str) -> psycopg.Connection:
        if not hasattr(self._local, url):
            made = psycopg.connect(self._system.urls[url], autocommit=True)
            setattr(self._local, url, made)
        found: psycopg.Connection = getattr(self._local, url)
        return found


_CHECKPOINT = "select position from orders_query_checkpoint where name = 'orders'"
