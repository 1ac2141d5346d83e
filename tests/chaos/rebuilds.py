"""The points of a rebuild: it ends there, commands go on, and it is called again."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.cells import BUILT, COMMANDS, KILL, PREPARED, RAISE
from tests.chaos.clients import Client
from tests.chaos.history import OK
from tests.chaos.system import System

POINTS = ("rebuild.after_batch", "rebuild.before_swap", "rebuild.after_swap")
BATCH = 50  # events: several batches, whatever came before


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Where a rebuild of a projection ends, and how."""

    point: str
    projection: str
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.point} of {self.projection}"


def endings(*, quick: bool) -> list[Ending]:
    """Return all; a quick run has one that ends between two batches."""
    if quick:
        return [Ending(point=POINTS[0], projection=BUILT[0], fault=KILL)]
    return [
        Ending(point=point, projection=projection, fault=fault)
        for point in POINTS
        for projection in BUILT
        for fault in (KILL, RAISE)
    ]


def try_ending(system: System, client: Client, ending: Ending) -> Iterator[str]:
    """End a rebuild, carry out every command, rebuild to the end, and drop the rest."""
    targets = {name: prepare(client) for name, prepare in PREPARED.items()}
    point = f"{ending.point}@{ending.projection}"
    system.arm(point, ending.fault)
    ended = system.manage("rebuild", ending.projection, f"--batch={BATCH}")
    if ended.returncode == 0 or system.is_armed(point):
        yield f"{ending}: it did not end there"
    system.killed["rebuild"] += ending.fault == KILL
    for name, command in COMMANDS.items():
        if (done := command(client, targets[name])).outcome != OK:
            yield f"{ending}: then {name} is {done.outcome} with {done.status}"
    if ending.point != POINTS[2]:  # else the swap is done
        again = system.manage("rebuild", ending.projection, f"--batch={BATCH}")
        if again.returncode:
            yield f"{ending}: again, it says {again.stderr[-300:]}"
    dropped = system.manage("rebuild", ending.projection, "--drop-previous")
    if dropped.returncode:
        yield f"{ending}: its previous set stays: {dropped.stderr[-300:]}"
