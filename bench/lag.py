"""From a command's answer to its row on the replica, beside bare replication.

The limit commits a row on the read primary and waits for it on the replica: what is
above it is the doorbell, the worker and the projector.
"""

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from bench.system import Client, System

ORDERS = 500
RATE = 50.0  # a second
ROUNDS = 3
SENDERS = 4


class Watcher:
    """Polls one number on the replica, and remembers when it first saw each."""

    def __init__(self, url: str, sql: str) -> None:
        self._seen: list[tuple[float, int]] = []
        self._stopped = threading.Event()
        self._replica = psycopg.connect(url, autocommit=True)
        self._thread = threading.Thread(target=self._poll, args=[sql], daemon=True)
        self._thread.start()

    def _poll(self, sql: str) -> None:
        last = -1
        while not self._stopped.is_set():
            (value,) = self._replica.execute(sql).fetchone() or (0,)
            if value != last:
                self._seen.append((time.perf_counter(), value))
                last = value
            time.sleep(0.0003)

    def wait_for(self, value: int) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._seen and self._seen[-1][1] >= value:
                return
            time.sleep(0.01)
        raise SystemExit("The replica did not catch up.")

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._replica.close()

    def lags(self, answered: list[tuple[float, int]]) -> list[float]:
        """Return for each (time, number) the ms until the replica had that number."""
        first = iter(sorted(self._seen))
        at, seen = next(first)
        found = []
        for when, wanted in sorted(answered, key=lambda pair: pair[1]):
            while seen < wanted:
                at, seen = next(first)
            found.append(max(0.0, at - when) * 1000)
        return found


def main(system: System) -> None:
    """Measure both alternately and print percentiles and the ratio of medians."""
    product, limit = [], []
    create_scratch(system)
    for _ in range(ROUNDS):
        product += _product(system)
        limit += _limit(system)
    print(f"{len(product)} orders at {RATE:.0f}/s in {ROUNDS} rounds")
    for name, lags in (("product", product), ("bare replication", limit)):
        cuts = statistics.quantiles(lags, n=100)
        print(
            f"{name:18} p50 {cuts[49]:6.2f} ms   p90 {cuts[89]:6.2f} ms   "
            f"p99 {cuts[98]:6.2f} ms   max {max(lags):6.2f} ms"
        )
    ratio = statistics.median(product) / statistics.median(limit)
    print(f"ratio of the medians {ratio:.1f}")


def create_scratch(system: System) -> None:
    with psycopg.connect(system.urls["QUERY_DATABASE_OWNER_URL"]) as owner:
        owner.execute("create table scratch (n bigint primary key)")
        owner.execute("grant select on scratch to public")


def _product(system: System) -> list[float]:
    customer = Client(system).customer()
    clients = threading.local()

    def send() -> tuple[float, int]:
        if not hasattr(clients, "one"):
            clients.one = Client(system)
        status, receipt = clients.one.order(customer)
        assert status == 201, receipt
        return time.perf_counter(), receipt["position"]

    sql = "select position from orders_query_checkpoint where name = 'orders'"
    return _measured(system, sql, send)


def _limit(system: System) -> list[float]:
    connections = threading.local()
    lock = threading.Lock()
    with psycopg.connect(system.urls["QUERY_DATABASE_OWNER_URL"]) as owner:
        (last,) = owner.execute(
            "select coalesce(max(n), 0) from scratch"
        ).fetchone() or (0,)
    number = [int(last)]

    def send() -> tuple[float, int]:
        if not hasattr(connections, "one"):
            connections.one = psycopg.connect(
                system.urls["QUERY_DATABASE_OWNER_URL"], autocommit=True
            )
        with lock:
            number[0] += 1
            mine = number[0]
            connections.one.execute("insert into scratch values (%s)", [mine])
            return time.perf_counter(), mine

    return _measured(system, "select coalesce(max(n), 0) from scratch", send)


def _measured(
    system: System, sql: str, send: Callable[[], tuple[float, int]]
) -> list[float]:
    replica = system.urls["QUERY_REPLICA_URLS"].split(",")[0]
    with ThreadPoolExecutor(SENDERS) as pool:
        warm = [f.result() for f in [pool.submit(send) for _ in range(SENDERS * 4)]]
        watcher = Watcher(replica, sql)
        watcher.wait_for(max(number for _, number in warm))
        began = time.perf_counter()
        sent = []
        for place in range(ORDERS // ROUNDS + 1):
            time.sleep(max(0.0, began + place / RATE - time.perf_counter()))
            sent.append(pool.submit(send))
        answered = [future.result() for future in sent]
    watcher.wait_for(max(number for _, number in answered))
    watcher.stop()
    return watcher.lags(answered)
