"""Clients that place and move orders, and read them, whatever happens to the system."""

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.chaos.history import FAIL, OK, UNKNOWN, History, Operation
from tests.failover.cluster import Answer, Cluster

MOVES = ("confirm", "ship", "deliver", "cancel")
AGAIN_SECONDS = 0.1
GIVES_UP_SECONDS = 30.0  # asking for the outcome of a request with a key
KEPT = 12  # orders that everybody works on: races are wanted


@dataclass
class Shop:
    """What the clients know: some customers, and the orders they work on."""

    customers: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, order_id: str) -> None:
        with self.lock:
            self.orders = [*self.orders[-KEPT + 1 :], order_id]

    def some_order(self) -> str | None:
        with self.lock:
            return random.choice(self.orders) if self.orders else None


class Client:
    """One who asks over HTTP, and writes down what was asked and answered."""

    def __init__(
        self, name: str, system: Cluster, history: History, shop: Shop
    ) -> None:
        self.name = name
        self._system = system
        self._history = history
        self._shop = shop
        self._token = 0

    def write_something(self) -> None:
        """Place an order, or move one on; some with a key, some with a condition."""
        order_id = self._shop.some_order()
        if order_id is None or random.random() < 0.35:
            self.place()
        else:
            self.move(order_id, random.choice(MOVES))

    def place(self, *, key: str = "") -> Operation:
        item = {"productId": "tea", "quantity": 2, "price": 3.5}
        body = {"customerId": random.choice(self._shop.customers), "items": [item]}
        operation = self.write(
            "create", "POST", "/api/command/orders", body, key=key or _key()
        )
        if operation.outcome == OK:
            self._shop.add(operation.stream_id)
        return operation

    def move(self, order_id: str, how: str) -> Operation:
        path = f"/api/command/orders/{order_id}/{how}"
        body = {"reason": "chaos"} if how == "cancel" else None
        condition = {"If-Match": '"1"'} if random.random() < 0.2 else {}
        return self.write(how, "POST", path, body, key=_key(), **condition)

    def write(
        self,
        kind: str,
        method: str,
        path: str,
        body: Any,
        *,
        key: str,
        repeats: bool = False,
        stream_id: str = "",
        **headers: str,
    ) -> Operation:
        """Ask until the outcome is known, if with a key or harmless; else only once."""
        operation = self._history.begin(f"op-{uuid4()}", self.name, kind)
        operation.stream_id = stream_id
        sent = {"X-Request-Id": operation.id, **headers}
        if key:
            sent["Idempotency-Key"] = key
        deadline = time.monotonic() + GIVES_UP_SECONDS
        while True:
            answer = self._ask(method, path, body, sent)
            outcome = _outcome(answer)
            is_told = outcome != UNKNOWN or not (key or repeats)
            if is_told or time.monotonic() > deadline:
                break
            time.sleep(AGAIN_SECONDS)
        self._note_write(operation, answer)
        self._history.end(operation, outcome)
        return operation

    def read_something(self) -> None:
        order_id = self._shop.some_order()
        if order_id is None:
            time.sleep(AGAIN_SECONDS)
        elif random.random() < 0.7:
            self.read(order_id)
        else:
            self.list()

    def read(self, order_id: str) -> Operation:
        operation, answer = self._read("read order", f"/api/query/orders/{order_id}")
        if operation.outcome == OK and answer:
            operation.seen = {order_id: answer[2]["version"]}
        return operation

    def list(self) -> Operation:
        operation, answer = self._read("read list", "/api/query/orders?limit=50")
        if operation.outcome == OK and answer:
            operation.seen = {row["orderId"]: row["version"] for row in answer[2]}
        return operation

    def _read(self, kind: str, path: str) -> tuple[Operation, Answer | None]:
        """Read with the newest token that this client has got."""
        operation = self._history.begin(f"op-{uuid4()}", self.name, kind)
        operation.brought = self._token
        answer = self._ask("GET", path, None, {"Consistency-Token": str(self._token)})
        outcome = UNKNOWN
        if answer is not None:
            operation.status = answer[0]
            outcome = OK if answer[0] == 200 else FAIL
        if outcome == OK and answer:
            operation.got = int(answer[1]["consistency-token"])
            self._token = max(self._token, operation.got)
        self._history.end(operation, outcome)
        return operation, answer

    def _ask(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> Answer | None:
        try:
            return self._system.ask(method, path, body, **headers)
        except (OSError, http.client.HTTPException):
            time.sleep(AGAIN_SECONDS)
            return None

    def _note_write(self, operation: Operation, answer: Answer | None) -> None:
        if answer is None:
            return
        status, headers, body, _ = answer
        operation.status = status
        if _outcome(answer) != OK:
            return
        operation.position = int(headers.get("consistency-token", 0))
        if body:  # else it is as the request named it
            operation.stream_id = body.get("orderId") or body["customerId"]
            operation.version = body.get("version", 0)


def _outcome(answer: Answer | None) -> str:
    if answer is None or answer[0] >= 500:
        return UNKNOWN
    if answer[0] < 300:
        return OK
    in_flight = str((answer[2] or {}).get("type", "")).endswith("/request-in-flight")
    return UNKNOWN if in_flight else FAIL


@contextmanager
def at_work(works: list[Callable[[], None]]) -> Iterator[None]:
    """Do each of these again and again, in a thread of its own."""
    is_over = threading.Event()
    failed: list[BaseException] = []

    def again_and_again(work: Callable[[], None]) -> None:
        try:
            while not is_over.is_set():
                work()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=again_and_again, args=(w,)) for w in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join(GIVES_UP_SECONDS + 20)
    assert not failed, failed


def _key() -> str:
    return str(uuid4()) if random.random() < 0.8 else ""
