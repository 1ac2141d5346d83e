"""Clients that place and move orders, and read them, whatever happens to the system."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from tests.chaos.connection import PATIENCE_SECONDS, Answer, Connection
from tests.chaos.history import FAIL, OK, UNKNOWN, History, Operation
from tests.chaos.shop import NEXT, Shop

MOVES = (*NEXT.values(), "cancel", "items")
AGAIN_SECONDS = 0.1
GIVES_UP_SECONDS = 30.0  # asking for the outcome of a request with a key
ITEMS = [{"productId": "tea", "quantity": 2, "price": 3.5}]


class Client:
    """One who asks over HTTP, and writes down what was asked and answered."""

    def __init__(
        self,
        name: str,
        connect: Callable[[float], Connection],
        history: History,
        shop: Shop,
        *,
        seed: int = 0,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.name = name
        self._connection = connect(patience)
        self._history = history
        self._shop = shop
        self._token = 0
        self.chance = random.Random(f"{seed} {name}")

    def write_something(self) -> None:
        """Place an order, move one on, or see to a customer."""
        known = self._shop.some_order(self.chance)
        lot = self.chance.random()
        if known is None or lot < 0.35:
            self.place(key=self.maybe_key())
        elif lot < 0.94:
            self.move(*known, key=self.maybe_key())
        else:
            self.see_to_a_customer()

    def place(self, *, key: str) -> Operation:
        customer_id = self._shop.some_customer(self.chance)
        body = {"customerId": customer_id, "items": ITEMS, "note": "with care"}
        return self.write("create", "POST", "/api/command/orders", body, key=key)

    def move(self, order_id: str, status: str, *, key: str) -> Operation:
        """Move an order on, mostly to where it may go."""
        how = NEXT.get(status, "cancel")
        if self.chance.random() < 0.25:
            how = self.chance.choice(MOVES)
        if how == "items":
            return self.amend(order_id, key=key)
        body = {"reason": "chaos"} if how == "cancel" else None
        at = list(NEXT).index(status) + 1 if status in NEXT else 1
        condition = {"If-Match": f'"{at}"'} if self.chance.random() < 0.2 else {}
        return self.write(how, "POST", f"{_at(order_id)}/{how}", body, key, **condition)

    def amend(self, order_id: str, *, key: str) -> Operation:
        """Add a line that no order has: the same lines again would be no event."""
        body = {"items": [*ITEMS, {**ITEMS[0], "productId": self.new_id()}]}
        return self.write("items", "POST", f"{_at(order_id)}/items", body, key=key)

    def see_to_a_customer(self) -> None:
        how = self.chance.choice(("register", "change", "erase"))
        erased = self._shop.to_erase(self.chance) if how == "erase" else None
        if erased:
            self.erase(erased)
        elif how == "change":
            name = f"Bela {self.new_id()}"  # a change each time
            self.change(self._shop.some_customer(self.chance), name, repeats=False)
        else:
            self.register(key=self.maybe_key())

    def register(self, *, key: str, is_stranger: bool = False) -> Operation:
        """Register a customer, for whom others place orders unless it is a stranger."""
        kind = "stranger" if is_stranger else "register"
        body = {"name": "Ada", "email": f"{self.new_id()}@example.org"}
        return self.write(kind, "POST", "/api/customers", body, key=key)

    def change(self, customer_id: str, name: str, *, repeats: bool) -> Operation:
        return self.write(
            "change",
            "PATCH",
            f"/api/customers/{customer_id}",
            {"name": name},
            repeats=repeats,
            stream_id=customer_id,
        )

    def erase(self, customer_id: str) -> Operation:
        return self.write(
            "erase",
            "DELETE",
            f"/api/customers/{customer_id}",
            repeats=True,
            stream_id=customer_id,
        )

    def write(
        self,
        kind: str,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        *,
        repeats: bool = False,
        stream_id: str = "",
        **headers: str,
    ) -> Operation:
        """Ask until the outcome is known, if with a key or harmless; else only once."""
        operation = self._history.begin(str(uuid4()), self.name, kind)
        operation.stream_id = stream_id
        sent = {"X-Request-Id": operation.id, **headers}
        if key:
            sent["Idempotency-Key"] = key
        deadline = operation.began_at + GIVES_UP_SECONDS
        answer = self._asked(operation, method, path, body, sent)
        while answer.outcome == UNKNOWN and (key or repeats):
            if time.monotonic() > deadline:
                break
            time.sleep(AGAIN_SECONDS)
            answer = self._asked(operation, method, path, body, sent)
        self._end(operation, answer)
        return operation

    def read_something(self) -> None:
        known = self._shop.some_order(self.chance)
        lot = self.chance.random()
        if known is None:
            time.sleep(AGAIN_SECONDS)
        elif lot < 0.5:
            self.read("read order", f"/{known[0]}", known[0])
        elif lot < 0.7:
            self.read("read history", f"/{known[0]}/history", known[0])
        elif lot < 0.85:
            customer_id = self._shop.some_customer(self.chance)
            self.read("read customer's", f"/customer/{customer_id}", customer_id)
        else:
            self.read("read list", "?limit=50")

    def read(self, kind: str, path: str, stream_id: str = "") -> Operation:
        """Read with the newest token that this client has got, or anybody."""
        operation = self._history.begin(str(uuid4()), self.name, kind)
        operation.stream_id = stream_id
        operation.brought = self._token
        if self.chance.random() < 0.5:
            operation.brought = max(self._token, self._shop.token)
        token = str(operation.brought)
        brings = {"Consistency-Token": token, "X-Request-Id": operation.id}
        answer = self._asked(operation, "GET", f"/api/query/orders{path}", None, brings)
        if answer.outcome == OK:
            operation.got = int(answer.headers["consistency-token"])
            self._token = max(self._token, operation.brought, operation.got)
            _note_seen(operation, answer.body)
        self._history.end(operation, answer.outcome)
        return operation

    def maybe_key(self) -> str:
        return self.new_id() if self.chance.random() < 0.8 else ""

    def new_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128)))

    def _asked(
        self,
        operation: Operation,
        method: str,
        path: str,
        body: Any,
        headers: dict[str, str],
    ) -> Answer:
        answer = self._connection.ask(method, path, body, headers)
        operation.attempts += 1
        operation.status = answer.status
        operation.longest = max(operation.longest, answer.seconds)
        if answer.is_unkind:
            operation.unkind.append(answer.status)
        if answer.outcome == UNKNOWN:
            # Not so a second one under the same key: it has not been begun.
            operation.unknown_attempts += answer.status != 409
            time.sleep(AGAIN_SECONDS)
        return answer

    def _end(self, operation: Operation, answer: Answer) -> None:
        outcome = answer.outcome
        if outcome == FAIL and operation.unknown_attempts:
            # The lost attempt may still arrive, and be decided otherwise.
            outcome = UNKNOWN
        if outcome == OK:
            self._note(operation, answer)
        self._history.end(operation, outcome)

    def _note(self, operation: Operation, answer: Answer) -> None:
        """Keep what a success told: where in the log it is, and of which stream."""
        operation.position = int(answer.headers["consistency-token"])
        told = answer.body or {}  # nothing of an erased customer: it is as asked
        if "orderId" in told:
            operation.stream_id = told["orderId"]
            operation.version = told["version"]
            status = told["status"]
            self._shop.heard(operation.stream_id, status, operation.position)
        elif told:
            operation.stream_id = told["customerId"]
            is_new = operation.kind == "register"
            self._shop.heard_of(operation.stream_id, operation.position, is_new=is_new)


def _note_seen(operation: Operation, body: Any) -> None:
    if operation.kind == "read history":
        versions = [event["version"] for event in body]
        is_whole = versions == list(range(1, len(versions) + 1))
        operation.seen = {operation.stream_id: len(versions) if is_whole else 0}
        return
    rows = body if isinstance(body, list) else [body]
    operation.seen = {row["orderId"]: row["version"] for row in rows}
    named = {row["customerId"] for row in rows if row["customerName"] is not None}
    operation.named = sorted(named)


def _at(order_id: str) -> str:
    return f"/api/command/orders/{order_id}"


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
