"""Every named point, for every command, with whatever happens there: all are tried."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from tests.chaos.clients import Client
from tests.chaos.history import OK, Operation
from tests.chaos.system import System

WRITTEN = "command.after_append"
IN_COMMANDS = ("command.before_append", WRITTEN, "command.after_commit")
OF_THE_BELL = ("ring.before", "ring.after")
OF_THE_PROJECTOR = ("projection.before_commit", "projection.after_commit")
BUILT = ("orders", "sales")  # from the log, and built anew
PROJECTIONS = (*BUILT, "webhooks")
PARKS = [f"projection.before_commit@{name}" for name in PROJECTIONS]
KILL, RAISE, STOP = "kill", "raise", "stop"
WITHIN_SECONDS = 20.0
CALM_PATIENCE_SECONDS = 20.0
PATIENCE_SECONDS = 2.0
FROZEN_SECONDS = 2.5  # longer than that

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
    once. The bell and the projector know no commands: they are tried one by one. A
    quick run has each pair of point, command and fault, but not each three of them.
    """
    return [*_in_commands(quick=quick), *_behind_them(quick=quick)]


def _points_of(command: str) -> list[str]:
    return [point for point in IN_COMMANDS if comes_by(point, command)]


def comes_by(point: str, command: str) -> bool:
    """Tell whether a command has this point: an order's is written and committed by
    one statement, so there is nothing between."""
    return point != WRITTEN or command.startswith("Customer")


def _in_commands(*, quick: bool) -> Iterator[list[Cell]]:
    for point in IN_COMMANDS:
        if quick:
            yield [
                Cell(
                    point=f"{point}@{command}",
                    command=command,
                    fault=(KILL, RAISE)[(_points_of(command).index(point) + place) % 2],
                )
                for place, command in enumerate(COMMANDS)
                if comes_by(point, command)
            ]
            continue
        for fault in (KILL, RAISE, STOP):
            yield [
                Cell(point=f"{point}@{command}", command=command, fault=fault)
                for command in COMMANDS
                if comes_by(point, command)
            ]


def _behind_them(*, quick: bool) -> Iterator[list[Cell]]:
    points = [
        *OF_THE_BELL,
        *(f"{p}@{name}" for p in OF_THE_PROJECTOR for name in PROJECTIONS),
    ]
    commands = list(COMMANDS)
    for number, point in enumerate(points):
        if quick:
            command = commands[number % len(commands)]
            yield [Cell(point=point, command=command, fault=KILL)]
            continue
        for fault in (KILL, RAISE):
            for command in commands:
                yield [Cell(point=point, command=command, fault=fault)]


def try_out(
    system: System, new_client: Callable[[float], Client], together: list[Cell]
) -> list[str]:
    """Try cells at once; return what is not as it should be."""
    done = _carried_out(system, new_client, together)
    # What another cell's kill has hit as well may have been done without coming by.
    missed = [cell for cell in together if _is_missed(system, cell)]
    wrong = []
    if len(together) > 1:
        for cell in missed:
            del done[cell]
            wrong += try_out(system, new_client, [cell])
    with ThreadPoolExecutor(len(together)) as pool:
        judged = pool.map(lambda cell: list(_judged(system, cell, done[cell])), done)
        return [*wrong, *(complaint for found in judged for complaint in found)]


def _carried_out(
    system: System, new_client: Callable[[float], Client], together: list[Cell]
) -> dict[Cell, Operation]:
    def prepared(cell: Cell) -> str:
        return PREPARED[cell.command](new_client(CALM_PATIENCE_SECONDS))

    def ask(cell: Cell, target: str) -> Operation:
        return COMMANDS[cell.command](new_client(PATIENCE_SECONDS), target)

    with ThreadPoolExecutor(len(together)) as pool:
        targets = list(pool.map(prepared, together))
        for cell in together:
            if cell.point in OF_THE_BELL:  # else this ring is held to be on its way
                _in_time(system.is_bell_free)
            system.arm(cell.point, cell.fault)
        asked = [pool.submit(ask, *t) for t in zip(together, targets, strict=True)]
        _thaw_until_over(system, asked)
    return {
        cell: running.result() for cell, running in zip(together, asked, strict=True)
    }


def _is_missed(system: System, cell: Cell) -> bool:
    return cell.point.startswith("command.") and system.is_armed(cell.point)


def _thaw_until_over(system: System, asked: list[Future[Operation]]) -> None:
    """Whoever stopped himself goes on, later than his client was willing to wait."""
    while wait(asked, timeout=FROZEN_SECONDS).not_done:
        system.thaw()
    system.thaw()  # its client may have been answered by another one


def _judged(system: System, cell: Cell, operation: Operation) -> Iterator[str]:
    """Yield what is wrong: it did not fire, or the effect is not there once."""
    if cell.fault == RAISE:
        operation.unkind.clear()  # a defect is told as 500, and this is one
    if not _in_time(lambda: not system.is_armed(cell.point)):
        yield f"{cell}: nobody came by"
    elif cell.fault == KILL:
        system.killed[f"at {cell.point.partition('@')[0]}"] += 1
    if operation.outcome != OK:
        yield f"{cell}: {operation.outcome} with status {operation.status}"
        return
    events = system.log(operation.id)
    if [e.position for e in events] != [operation.position]:
        yield f"{cell}: the log has it {len(events)} times"
    if cell.fault == RAISE and cell.point in PARKS:
        _in_time(lambda: system.has_passed(operation.position))
        system.retry_parked()
    if not _in_time(lambda: system.shows(operation)):
        yield f"{cell}: the read side does not show it"


def _in_time(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.03)
    return False


def _placed(client: Client, *moves: str) -> str:
    """Place an order and move it on, as the cell needs it."""
    order = client.place(key=client.new_id())
    assert order.outcome == OK, order
    for move in moves:
        moved = _move(client, order.stream_id, move)
        assert moved.outcome == OK, moved
    return order.stream_id


def _move(client: Client, order_id: str, how: str) -> Operation:
    path = f"/api/command/orders/{order_id}/{how}"
    return client.write(how, "POST", path, key=client.new_id())


def _register(client: Client, _: str = "") -> Operation:
    return client.register(key=client.new_id(), is_stranger=True)


COMMANDS: dict[str, Command] = {
    "CreateOrder": lambda client, _: client.place(key=client.new_id()),
    "AmendItems": lambda client, order: client.amend(order, key=client.new_id()),
    "ConfirmOrder": lambda client, order: _move(client, order, "confirm"),
    "ShipOrder": lambda client, order: _move(client, order, "ship"),
    "DeliverOrder": lambda client, order: _move(client, order, "deliver"),
    "CancelOrder": lambda client, order: _move(client, order, "cancel"),
    "CustomerRegistered": _register,
    # Without a key: the same change again is none, and so is a second erasure.
    "CustomerDetailsChanged": lambda c, who: c.change(who, "Bela", repeats=True),
    "CustomerErased": lambda client, who: client.erase(who),
}
PREPARED: dict[str, Callable[[Client], str]] = {
    "CreateOrder": lambda _: "",
    "AmendItems": _placed,
    "ConfirmOrder": _placed,
    "ShipOrder": lambda client: _placed(client, "confirm"),
    "DeliverOrder": lambda client: _placed(client, "confirm", "ship"),
    "CancelOrder": _placed,
    "CustomerRegistered": lambda _: "",
    "CustomerDetailsChanged": lambda client: _register(client).stream_id,
    "CustomerErased": lambda client: _register(client).stream_id,
}
