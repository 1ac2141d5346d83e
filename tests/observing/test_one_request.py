"""One request, followed from its caller to the row that a reader sees."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from config.local.embedded import Embedded
from orders_command.handlers import Receipt
from orders_query import projector
from tests.observing.conftest import Line, System
from tests.orders import COMMANDS, TEA, an_order
from tests.people import a_customer
from tests.projected import catch_up
from tests.projection.damage import out_of_step
from tests.waiting import eventually


def placed(system: System, **headers: str) -> Any:
    order = {"customerId": system.customer_id, "items": [TEA]}
    return system.ask("POST", COMMANDS, order, **headers)


def two_ids() -> tuple[str, str]:
    return str(uuid4()), str(uuid4())


def told(system: System, request_id: str, process: str, **fields: Any) -> list[Line]:
    """Wait until a process has told of a request."""
    known = {"request_id": request_id, "process": process, **fields}
    return eventually(lambda: system.lines(**known))


def test_one_id_finds_it_in_the_web_server_s_log_and_in_the_worker_s(
    system: System,
) -> None:
    request_id = str(uuid4())

    answer, _, _ = placed(system, X_Request_Id=request_id)

    (answered,) = told(system, request_id, "web", logger="config.requestlog")
    assert answered["level"] == "INFO"
    assert (answered["method"], answered["status"]) == ("POST", 201)
    assert answered["route"] == COMMANDS.lstrip("/")
    assert answered["position"] == answer["position"]
    (applied,) = told(system, request_id, "worker", projection="orders")
    assert (applied["level"], applied["event"]) == ("DEBUG", "OrderCreated")
    assert (applied["stream"], applied["version"]) == (answer["orderId"], 1)
    assert applied["position"] == answer["position"]


@pytest.fixture
def parked_order(services: Embedded) -> Iterator[Receipt]:
    """An order whose next event fails; in the end it does not."""
    order = an_order(a_customer())
    catch_up()
    try:
        with out_of_step(services, order.order_id):
            yield order
    finally:
        for first in projector.waiting(stream_id=order.order_id):
            projector.retry(first.name, first.stream_id, actor="system:tests")


def test_one_id_finds_the_event_that_was_parked_and_what_waits_behind_it(
    system: System, parked_order: Receipt
) -> None:
    order, (first, second) = f"{COMMANDS}/{parked_order.order_id}", two_ids()

    system.ask("POST", f"{order}/confirm", X_Request_Id=first)
    (parked,) = told(system, first, "worker", level="ERROR")
    system.ask("POST", f"{order}/ship", X_Request_Id=second)
    (behind,) = told(system, second, "worker", level="WARNING")

    assert parked["event"] == "OrderConfirmed"
    assert "is parked in orders: OutOfSequence" in parked["message"]
    assert behind["event"] == "OrderShipped"
    assert "waits behind a parked one" in behind["message"]


def test_every_line_of_every_process_is_an_object(system: System) -> None:
    placed(system)

    lines = system.lines()  # what is none fails here

    assert {"web", "worker"} <= {line["process"] for line in lines}
