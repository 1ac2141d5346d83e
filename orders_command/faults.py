"""
Published. Named points at which a trial may harm this process: `tests/chaos` does.

Off unless the environment names a folder, FAULTS_DIR. A fault is a file there, called
like its point or POINT@WHAT, that holds what shall happen: `kill`, `stop`, `raise` or
`delay SECONDS`. It happens once: who reaches the point first takes the file away.
"""

import os
import signal
import time
from pathlib import Path

POINTS = (
    "command.before_append",  # decided, nothing written
    "command.after_append",  # written, not committed: a customer's; an order's is both
    "command.after_commit",  # committed, not answered
    "ring.before",
    "ring.after",
    "projection.before_commit",
    "projection.after_commit",
    "rebuild.after_batch",
    "rebuild.before_swap",
    "rebuild.after_swap",
)


class FaultRaised(Exception):
    """What a trial asked for."""


def reach(point: str, what: str = "") -> None:
    """Come by a point with a command or projection; usually nothing happens."""
    if _folder is not None:
        _happen(_taken(_folder, point, what))


def _taken(folder: Path, point: str, what: str) -> str:
    """Take a fault that waits here; only one process can."""
    assert point in POINTS, point
    for name in (f"{point}@{what}", point):
        mine = folder / f"{name}.{os.getpid()}.fired"
        try:
            (folder / name).rename(mine)
        except FileNotFoundError:
            continue
        return mine.read_text().strip()
    return ""


def _happen(fault: str) -> None:
    match fault.split():
        case []:
            return
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["stop"]:
            os.kill(os.getpid(), signal.SIGSTOP)
        case ["raise"]:
            raise FaultRaised
        case ["delay", seconds]:
            time.sleep(float(seconds))
        case _:
            raise ValueError(f"Unknown fault {fault!r}.")


_folder = Path(found) if (found := os.environ.get("FAULTS_DIR")) else None
