"""A customer with very many orders gets another name, while others read and order.

The readers' times during that stand beside those of the seconds before.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from uuid import UUID

import psycopg

from bench import loading, results, sizes
from bench.figures import PRODUCT, Figure, percentile
from bench.pacing import Pace
from bench.running import running_system
from bench.sizes import Size
from bench.system import Client, System
from bench.watching import Watcher

READ_RATE, ORDER_RATE = 50.0, 10.0  # a second
READERS = 4
AT_LEAST = 2.0  # s that count as during it, or few would have read
BEFORE = "in the seconds before"
SHARE = 2  # the customer has at most one order in so many
MANY = 100_000


@dataclass(kw_only=True)
class Seen:
    """What one renaming was like, in ms and s, by round."""

    reads: dict[str, list[list[float]]] = field(
        default_factory=lambda: {PRODUCT: [], BEFORE: []}
    )
    lags: dict[str, list[list[float]]] = field(
        default_factory=lambda: {PRODUCT: [], BEFORE: []}
    )
    seconds: list[float] = field(default_factory=list)  # until every row has the name
    longest: list[float] = field(default_factory=list)  # transaction

    def figures(self, orders: int) -> list[Figure]:
        what = f"renaming one with {orders:,} orders: "
        figures = [
            Figure(
                what=what + name,
                unit="ms",
                samples={
                    when: [percentile(seen, cent) for seen in rounds]
                    for when, rounds in of.items()
                },
                more_is_better=False,
            )
            for kind, of in (("reads", self.reads), ("lag", self.lags))
            for name, cent in ((f"{kind} p50", 50), (f"{kind} p99", 99))
        ]
        alone = {"until all rows have it": self.seconds, "longest tx": self.longest}
        return figures + [
            Figure(what=what + name, unit="s", samples={PRODUCT: values})
            for name, values in alone.items()
        ]


def measured(size: Size) -> list[Figure]:
    """Rename the customer once a round."""
    of_one = min(MANY, size.orders // SHARE)
    with running_system() as system:
        loading.import_into(system, max(size.orders, of_one * SHARE), of_one=of_one)
        return renamed(system, size, of_one)


def renamed(system: System, size: Size, of_one: int) -> list[Figure]:
    """Rename, once a round, the one that has so many orders of those that are there."""
    scene, seen = _Scene(system), Seen()
    for turn in range(size.rounds):
        scene.rename(f"Big {turn} Customer", seen, size.seconds)
        print(f"round {turn + 1} of {size.rounds}", flush=True)
    scene.close()
    return seen.figures(of_one)


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("rename", arguments)
    results.tell("rename", size, measured(size))


class _Scene:
    def __init__(self, system: System) -> None:
        self._system = system
        self._primary = psycopg.connect(
            system.urls["QUERY_DATABASE_OWNER_URL"], autocommit=True
        )
        self._big = self._one(
            "select customer_id from orders_query_customertotals"
            " order by order_count desc limit 1"
        )
        others = self._primary.execute(_OTHERS, [self._big]).fetchall()
        self._paths = [
            path
            for order, customer in others
            for path in (
                f"/api/query/orders/{order}",
                f"/api/query/orders?customerId={customer}&limit=50",
            )
        ]
        self._readers = system.readers(READERS)
        self._buyer, self._clerk = Client(system), Client(system)
        self._customer = self._clerk.customer()

    def rename(self, name: str, seen: Seen, seconds: float) -> None:
        reading = Pace(READ_RATE, [self._reader(client) for client in self._readers])
        watcher = Watcher(self._replica(), _CHECKPOINT)
        answered: list[tuple[float, int]] = []
        ordering = Pace(ORDER_RATE, [lambda _: answered.append(self._order())])
        time.sleep(seconds)
        with _Longest(self._system) as longest:
            renamed_at = time.perf_counter()
            self._rename(name)
            self._wait_for_rows(name)
            seen.seconds.append(time.perf_counter() - renamed_at)
            time.sleep(max(0.0, renamed_at + AT_LEAST - time.perf_counter()))
        seen.longest.append(longest.seconds)
        reads, _ = reading.end(), ordering.end()
        watcher.wait_for(max(number for _, number in answered))
        watcher.stop()
        _part(seen.reads, reads, renamed_at)
        lags = watcher.lags(answered)
        whens = [when for when, _ in sorted(answered, key=lambda pair: pair[1])]
        _part(seen.lags, list(zip(whens, lags, strict=True)), renamed_at)

    def close(self) -> None:
        self._primary.close()

    def _reader(self, client: Client) -> "_Reader":
        return _Reader(client, self._paths)

    def _order(self) -> tuple[float, int]:
        status, receipt = self._buyer.order(self._customer)
        assert status == 201, receipt
        return time.perf_counter(), receipt["position"]

    def _rename(self, name: str) -> None:
        path = f"/api/customers/{self._big}"
        status, answer = self._clerk.patch(path, {"name": name})
        assert status == 200, answer

    def _wait_for_rows(self, name: str) -> None:
        deadline = time.monotonic() + 600
        while self._primary.execute(_OLD_ROW, [self._big, name]).fetchone():
            if time.monotonic() > deadline:
                raise SystemExit("The rows do not get their new name.")
            time.sleep(0.1)

    def _replica(self) -> str:
        return self._system.urls["QUERY_REPLICA_URLS"].split(",")[0]

    def _one(self, sql: str) -> UUID:
        (found,) = self._primary.execute(sql).fetchone() or (None,)
        assert isinstance(found, UUID), sql
        return found


class _Reader:
    """Reads one page after the other."""

    def __init__(self, client: Client, paths: Sequence[str]) -> None:
        self._client = client
        self._paths = cycle(paths)

    def __call__(self, number: int) -> None:
        answer = self._client.get(next(self._paths))
        assert answer.status == 200, answer.body


class _Longest:
    """Watches how long transactions on the read primary last."""

    def __init__(self, system: System) -> None:
        self._primary = system.superuser("query")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seconds = 0.0

    def __enter__(self) -> "_Longest":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._primary.close()

    def _look(self) -> None:
        while not self._ended.wait(0.005):
            (age,) = self._primary.execute(_OLDEST).fetchone() or (None,)
            self.seconds = max(self.seconds, (age or timedelta()).total_seconds())


def _part(
    into: dict[str, list[list[float]]], seen: Sequence[tuple[float, float]], at: float
) -> None:
    into[BEFORE].append([ms for when, ms in seen if when < at])
    into[PRODUCT].append([ms for when, ms in seen if when >= at])


_CHECKPOINT = "select position from orders_query_checkpoint where name = 'orders'"
_OLDEST = """
select max(clock_timestamp() - xact_start) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend' and xact_start is not null
"""
_OLD_ROW = """
select 1 from orders_query_orderreadmodel
where customer_id = %s and customer_name is distinct from %s limit 1
"""
_OTHERS = """
select order_id, customer_id from orders_query_orderreadmodel
where customer_id <> %s order by order_id desc limit 200
"""
