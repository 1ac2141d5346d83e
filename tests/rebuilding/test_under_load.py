"""While commands and readers go on: no error, no empty answer, no step back in time."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connections

from orders_query import queries
from orders_query.queries import Page, Reader
from tests.orders import an_order, cancelled, confirmed, shipped
from tests.people import a_customer
from tests.projected import catch_up
from tests.waiting import eventually

READERS = 4


@dataclass
class Writer:
    """Places orders of one customer and moves one of them on, without a pause."""

    customer_id: UUID
    moving: UUID
    written: int = 0

    def once(self) -> None:
        order = an_order(self.customer_id)
        (confirmed if self.written % 2 else cancelled)(order.order_id)
        if self.written in (20, 60):
            (confirmed if self.written == 20 else shipped)(self.moving)
        self.written += 1


@dataclass
class Looker:
    """Reads the list and the order, and remembers what it has seen."""

    name: str
    customer_id: UUID
    moving: UUID
    brings_token: bool
    looks: int = 0
    position: int = 0
    version: int = 1
    orders: int = 1
    wrong: list[str] = field(default_factory=list)

    def once(self) -> None:
        token = self.position if self.brings_token else 0
        reader = Reader(name=self.name, at_least=token)
        listed = queries.orders_of(
            self.customer_id, page=Page(limit=200), reader=reader
        )
        self._expect(len(listed.data) >= self.orders, f"{len(listed.data)} orders")
        self._expect(listed.position >= token, f"position {listed.position}")
        self.orders = len(listed.data)
        self.position = max(self.position, listed.position)
        reader = Reader(name=self.name, at_least=self.position)
        order = queries.order(self.moving, reader=reader)
        self._expect((order.version or 0) >= self.version, f"version {order.version}")
        self.version = order.version or 0
        self.position = max(self.position, order.position)
        self.looks += 1

    def _expect(self, right: object, what: str) -> None:
        if not right:
            self.wrong.append(f"{self.name} after {self.looks} looks: {what}")


def test_readers_notice_neither_the_swap_nor_the_way_back(rebuild, worker):
    customer_id = a_customer()
    moving = an_order(customer_id).order_id
    catch_up()
    writer = Writer(customer_id, moving)
    lookers = [
        Looker(f"looker {n}", customer_id, moving, brings_token=n % 2 == 0)
        for n in range(READERS)
    ]

    with at_once(writer.once, *(looker.once for looker in lookers)):
        eventually(lambda: all(looker.looks > 5 for looker in lookers))
        statuses = [rebuild("orders").status, rebuild("orders", "--rollback").status]
        statuses.append(rebuild("orders", "--rollback").status)
        looks = [looker.looks for looker in lookers]
        eventually(
            lambda: all(a.looks > b for a, b in zip(lookers, looks, strict=True))
        )

    assert statuses == [0, 0, 0]
    assert [wrong for looker in lookers for wrong in looker.wrong] == []
    assert writer.written > 60
    assert {looker.version for looker in lookers} == {3}


@contextmanager
def at_once(*works: Callable[[], None]) -> Iterator[None]:
    """Do these again and again, each in a thread; raise what any of them raises."""
    is_over = threading.Event()

    def again_and_again(work: Callable[[], None]) -> None:
        try:
            while not is_over.is_set():
                work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(again_and_again, work) for work in works]
        try:
            yield
        finally:
            is_over.set()
        for work in running:
            work.result(20)
