"""Reading while things go wrong: a replica lags, one is killed, one freezes, the worker
stops. Each figure stands beside the same reads in quiet."""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil

from bench.system import Answer, Client, System

OWN_WRITES = 300
READS = 1000
READERS = 8
RATE = 100.0  # reads a second, while replicas are killed and frozen
ORDERS = "/api/query/orders"


@dataclass
class Seen:
    """What a number of readers met."""

    seconds: list[float] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    errors: int = 0
    repeated: int = 0  # 503 with Retry-After, asked again

    def note(self, answer: Answer, *, is_right: bool = True) -> None:
        self.seconds.append(answer.seconds)
        self.sources[answer.headers.get("read-source", str(answer.status))] += 1
        self.errors += answer.status != 200
        self.wrong += answer.status == 200 and not is_right

    def line(self, name: str) -> str:
        cuts = statistics.quantiles(self.seconds, n=100)
        served = ", ".join(f"{s} {n}" for s, n in self.sources.most_common())
        return (
            f"{name:34} {len(self.seconds):5} reads  wrong {self.wrong}  "
            f"errors {self.errors}  503 repeated {self.repeated}  "
            f"p50 {cuts[49] * 1000:7.1f} ms  p99 {cuts[98] * 1000:7.1f} ms  "
            f"slowest {max(self.seconds) * 1000:7.1f} ms  from {served}"
        )


def main(system: System) -> None:
    readers = system.readers(READERS)
    customer = Client(system).customer()
    print(own_writes(system, customer).line("own writes, quiet"))
    with lagging(system, 3):
        print(own_writes(system, customer).line("own writes, replicas 3 s behind"))
        with stopped_now_and_then(worker(system), seconds=3):
            seen = own_writes(system, customer)
        print(seen.line("the same, worker stopped for 3 s"))
    print(reads(system, readers).line("reads, quiet"))
    print(reads(system, readers, at_half=kill(system, 1)).line("one replica killed"))
    wait_for_replicas(system, readers)
    with frozen_on_call(system, 0) as freeze:
        print(reads(system, readers, at_half=freeze).line("one replica frozen"))
    wait_for_replicas(system, readers)
    print(beside_waiters(system, customer, readers))


def own_writes(system: System, customer: str) -> Seen:
    """Place an order and read it back with its token, one and in a list by turns."""
    seen, local = Seen(), threading.local()

    def one(number: int) -> None:
        if not hasattr(local, "client"):
            local.client = Client(system)
        client: Client = local.client
        _, placed = client.order(customer)
        url = f"{ORDERS}/{placed['orderId']}" if number % 2 else f"{ORDERS}?limit=50"
        answer = patient(client, url, placed["position"], seen)
        told = answer.body if isinstance(answer.body, list) else [answer.body]
        mine = [order for order in told if order.get("orderId") == placed["orderId"]]
        seen.note(answer, is_right=bool(mine))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(OWN_WRITES)))
    return seen


def patient(client: Client, url: str, token: int, seen: Seen) -> Answer:
    """Do as a 503 says: ask again; the time is that of all attempts together."""
    began = time.perf_counter()
    while True:
        answer = client.get(url, **{"Consistency-Token": str(token)})
        if answer.status != 503 or time.perf_counter() - began > 30:
            return answer.taking(time.perf_counter() - began)
        seen.repeated += 1
        time.sleep(float(answer.headers["retry-after"]))


def reads(
    system: System, readers: list[Client], *, at_half: Callable[[], None] = lambda: None
) -> Seen:
    """Read lists at a steady rate, as several people do; trouble comes at half-time."""
    seen, began = Seen(), time.perf_counter()

    def some(reader: Client, first: int) -> None:
        for number in range(first, READS, len(readers)):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            seen.note(reader.get(f"{ORDERS}?limit=10"))

    with ThreadPoolExecutor(len(readers) + 1) as pool:
        running = [pool.submit(some, r, place) for place, r in enumerate(readers)]
        time.sleep(READS / RATE / 2)
        at_half()
        for future in running:
            future.result()
    return seen


def beside_waiters(system: System, customer: str, readers: list[Client]) -> str:
    """With the worker stopped and everybody sending tokens, who sends none?"""
    quiet = reads(system, readers[:2])
    with frozen(worker(system)), waiters(system, customer):
        crowded = reads(system, readers[:2])
    return "\n".join(
        [
            quiet.line("without a token, quiet"),
            crowded.line("without a token, beside 16 waiters"),
        ]
    )


@contextmanager
def waiters(system: System, customer: str, number: int = 16) -> Iterator[None]:
    """Let so many clients ask for what nobody can serve yet, again and again."""
    _, placed = Client(system).order(customer)
    token = {"Consistency-Token": str(placed["position"])}
    ended = threading.Event()

    def ask() -> None:
        client = Client(system)
        while not ended.is_set():
            answer = client.get(f"{ORDERS}?limit=10", **token)
            ended.wait(float(answer.headers.get("retry-after", 0)))

    threads = [threading.Thread(target=ask) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@contextmanager
def lagging(system: System, seconds: int) -> Iterator[None]:
    """Delay the replay of all replicas, as `manage.py replica_lag` does."""
    _replica_lag(system, seconds)
    try:
        yield
    finally:
        _replica_lag(system, 0)


def _replica_lag(system: System, seconds: int) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "replica_lag", str(seconds)],
        env={**os.environ, "VAR_DIR": str(system.var_dir)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def worker(system: System) -> list[psutil.Process]:
    """Return the Celery worker's processes."""
    [leader] = [
        process
        for process in psutil.Process(system.pid).children()
        if {"celery", "worker"} <= set(process.cmdline())
    ]
    return [leader, *leader.children(recursive=True)]


def replica(system: System, place: int) -> list[psutil.Process]:
    """Return the processes of one replica's server."""
    port = urlsplit(system.urls["QUERY_REPLICA_URLS"].split(",")[place]).port
    [leader] = [
        process
        for process in psutil.Process(system.pid).children()
        if any(
            c.laddr.port == port and c.status == psutil.CONN_LISTEN
            for c in process.net_connections()
        )
    ]
    return [leader, *leader.children(recursive=True)]


def kill(system: System, place: int) -> Callable[[], None]:
    return lambda: _signal(replica(system, place), signal.SIGKILL)


@contextmanager
def frozen_on_call(system: System, place: int) -> Iterator[Callable[[], None]]:
    processes = replica(system, place)
    try:
        yield lambda: _signal(processes, signal.SIGSTOP)
    finally:
        _signal(processes, signal.SIGCONT)


@contextmanager
def frozen(processes: list[psutil.Process]) -> Iterator[None]:
    _signal(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(processes, signal.SIGCONT)


@contextmanager
def stopped_now_and_then(
    processes: list[psutil.Process], *, seconds: float
) -> Iterator[None]:
    """Stop and continue by turns, so many seconds each, until the end."""
    ended = threading.Event()

    def by_turns() -> None:
        while not ended.is_set():
            with frozen(processes):
                ended.wait(seconds)
            ended.wait(seconds)

    thread = threading.Thread(target=by_turns)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def wait_for_replicas(system: System, readers: list[Client]) -> None:
    """Go on when every replica serves again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = readers[0].get("/api/query/sync").body
        if all(replica["healthy"] for replica in state["replicas"]):
            return
        time.sleep(0.2)
    raise SystemExit("A replica did not come back.")


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        process.send_signal(number)
