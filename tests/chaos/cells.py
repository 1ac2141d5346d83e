"""Every named point, for every command, with whatever happens there: all are tried."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from tests.chaos.clients import Client
from tests.chaos.history import OK, Operation
from tests.chaos.system import System

IN_COMMANDS = ("command.before_append", "command.after_append", "command.after_commit")
OF_THE_BELL = ("ring.before", "ring.after")
OF_THE_PROJECTOR = ("projection.before_commit", "projection.after_commit")
PROJECTIONS = ("orders", "sales")
FIRES_WITHIN = 20.0

Command = Callable[[Client, str], Operation]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A point, or a point@what, a command, and what happens to who comes by."""

    point: str
    command: str
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.point}, {self.command}"


def cells(*, quick: bool) -> list[list[Cell]]:
    """
    Return all cells, those that can be tried at once in one list.

    Points in a command are armed for that command alone, so all commands are tried at
    once. The bell and the projector know no commands: they are tried one by one, with
    one command only if it has to be quick.
    """
    found = [
        [Cell(point=f"{p}@{c}", command=c, fault=f) for c in COMMANDS]
        for p in IN_COMMANDS
        for f in ("kill", "raise")
    ]
    alone = ["CreateOrder"] if quick else list(COMMANDS)
    points = [
        *OF_THE_BELL,
        *(f"{p}@{name}" for p in OF_THE_PROJECTOR for name in PROJECTIONS),
    ]
    found += [[Cell(point=p, command=c, fault="kill")] for p in points for c in alone]
    return found


def try_out(system: System, client: Client, together: list[Cell]) -> list[str]:
    """Try cells at once; return what is not as it should be."""
    targets = {cell: PREPARED[cell.command](client) for cell in together}
    for cell in together:
        system.arm(cell.point, cell.fault)
    with ThreadPoolExecutor(len(together)) as pool:
        running = {
            cell: pool.submit(COMMANDS[cell.command], client, targets[cell])
            for cell in together
        }
        done = {cell: operation.result() for cell, operation in running.items()}
    return [wrong for cell in together for wrong in _judged(system, cell, done[cell])]


def _judged(system: System, cell: Cell, operation: Operation) -> Iterator[str]:
    """Yield what is wrong: it did not fire, or the effect is not there once."""
    deadline = time.monotonic() + FIRES_WITHIN
    while system.is_armed(cell.point) and time.monotonic() < deadline:
        time.sleep(0.02)
    if system.is_armed(cell.point):
        yield f"{cell}: nobody came by"
    if operation.outcome != OK:
        yield f"{cell}: {operation.outcome} with status {operation.status}"
        return
    events = [e for e in system.log() if e.request_id == operation.id]
    if [e.position for e in events] != [operation.position]:
        yield f"{cell}: the log has it {len(events)} times"
    if not _becomes_visible(system, operation):
        yield f"{cell}: the read side does not show it"


def _becomes_visible(system: System, operation: Operation) -> bool:
    """Ask the read side itself: the log would answer for a single order."""
    question = "select min(position) from orders_query_checkpoint"
    deadline = time.monotonic() + FIRES_WITHIN
    while time.monotonic() < deadline:
        with system.servers.primary.connect("query") as connection:
            row = connection.execute(question).fetchone()
        if row and row[0] >= operation.position:
            return True
        time.sleep(0.05)
    return False


def _placed(client: Client, *moves: str) -> str:
    """Place an order and move it on, as the cell needs it."""
    order = client.place(key=str(uuid4()))
    assert order.outcome == OK, order
    for move in moves:
        moved = _move(client, order.stream_id, move)
        assert moved.outcome == OK, moved
    return order.stream_id


def _move(client: Client, order_id: str, how: str) -> Operation:
    path = f"/api/command/orders/{order_id}/{how}"
    return client.write(how, "POST", path, None, key=str(uuid4()))


def _register(client: Client, _: str = "") -> Operation:
    body = {"name": "Ada", "email": f"{uuid4()}@example.org"}
    return client.write("register", "POST", "/api/customers", body, key=str(uuid4()))


def _change(client: Client, customer_id: str) -> Operation:
    return client.write(
        "change",
        "PATCH",
        f"/api/customers/{customer_id}",
        {"name": "Bela"},
        key="",
        repeats=True,
        stream_id=customer_id,
    )


def _erase(client: Client, customer_id: str) -> Operation:
    return client.write(
        "erase",
        "DELETE",
        f"/api/customers/{customer_id}",
        None,
        key="",
        repeats=True,
        stream_id=customer_id,
    )


COMMANDS: dict[str, Command] = {
    "CreateOrder": lambda client, _: client.place(key=str(uuid4())),
    "ConfirmOrder": lambda client, order: _move(client, order, "confirm"),
    "ShipOrder": lambda client, order: _move(client, order, "ship"),
    "DeliverOrder": lambda client, order: _move(client, order, "deliver"),
    "CancelOrder": lambda client, order: _move(client, order, "cancel"),
    "CustomerRegistered": _register,
    "CustomerDetailsChanged": _change,
    "CustomerErased": _erase,
}
PREPARED: dict[str, Callable[[Client], str]] = {
    "CreateOrder": lambda _: "",
    "ConfirmOrder": _placed,
    "ShipOrder": lambda client: _placed(client, "confirm"),
    "DeliverOrder": lambda client: _placed(client, "confirm", "ship"),
    "CancelOrder": _placed,
    "CustomerRegistered": lambda _: "",
    "CustomerDetailsChanged": lambda client: _register(client).stream_id,
    "CustomerErased": lambda client: _register(client).stream_id,
}
