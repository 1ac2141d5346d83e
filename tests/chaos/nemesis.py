"""What is done to the running system: killed, frozen, cut off, filled, and undone."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.chaos.proxy import DELAY, SILENT
from tests.chaos.system import System

LASTS_SECONDS = 2.0
TMPFS_MB = 1500
# Those that a quick run has time for.
QUICK = (
    "kill a web process",
    "kill a worker",
    "kill valkey",
    "kill a replica",
    "kill the primary",
    "freeze the workers",
    "freeze the primary",
    "silent line to the command database",
    "no line to the valkey",
    "fill the disk",
)

Harm = Callable[[System], None]


def harms(*, disk: Path | None) -> dict[str, Harm]:
    """Return all harms by name; the disk is filled only where it is a small one."""
    found: dict[str, Harm] = {
        "kill a web process": lambda s: _kill(_one(s.pids("granian")[1:])),
        "kill a worker": lambda s: _kill(_one(_leaders(s, "worker"))),
        "kill a worker's child": lambda s: _kill(_one(_children(s, "worker"))),
        "kill beat": lambda s: _kill(_one(_leaders(s, "beat"))),
        "kill valkey": lambda s: _kill(_one(s.pids("valkey-server"))),
        "kill a replica": _kill_replica,
        "kill the primary": lambda s: s.kill_primary(),
        "freeze a web process": lambda s: _freeze([_one(s.pids("granian")[1:])]),
        "freeze the workers": lambda s: _freeze(s.pids("celery", "worker")),
        "freeze valkey": lambda s: _freeze(s.pids("valkey-server")),
        "freeze a replica": lambda s: _freeze(s.pids("postgres", "replica_2")),
        "freeze the primary": lambda s: _freeze(_primary(s)),
    }
    for name in ("command database", "replica", "valkey"):
        found[f"slow line to the {name}"] = lambda s, n=name: _line(s, n, DELAY)
        found[f"silent line to the {name}"] = lambda s, n=name: _line(s, n, SILENT)
        found[f"no line to the {name}"] = lambda s, n=name: _line(s, n, "")
    if disk is not None:
        found["fill the disk"] = lambda s: _fill(disk)
    return found


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a small disk for the databases, where that is possible."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m,mode=755", "tmpfs"]
    try:
        done = subprocess.run([*mount, str(folder)], capture_output=True, check=False)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _kill(process: psutil.Process | None) -> None:
    if process is not None:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _kill_replica(system: System) -> None:
    server = system.servers.replicas[0]
    pid = int((server.folder / "postmaster.pid").read_text().split()[0])
    _kill(psutil.Process(pid))


def _freeze(processes: list[psutil.Process | None]) -> None:
    frozen = [p for p in processes if p is not None]
    _signal(frozen, signal.SIGSTOP)
    time.sleep(LASTS_SECONDS)
    _signal(frozen, signal.SIGCONT)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _line(system: System, name: str, mode: str) -> None:
    proxy = system.proxies[name]
    if mode:
        proxy.mode = mode
    else:
        proxy.refuse()
    time.sleep(LASTS_SECONDS)
    proxy.heal()


def _fill(disk: Path) -> None:
    """Leave no byte, for a while; whoever dies of it is started again afterwards."""
    file = disk / "filling"
    with suppress(OSError), file.open("wb", buffering=0) as filling:
        os.posix_fallocate(filling.fileno(), 0, shutil.disk_usage(disk).free)
        while True:
            filling.write(bytes(1 << 16))
    time.sleep(LASTS_SECONDS)
    file.unlink()


def _primary(system: System) -> list[psutil.Process | None]:
    return list(system.processes_of(system.servers.primary))


def _leaders(system: System, name: str) -> list[psutil.Process]:
    parents = {child.process.pid for child in system.supervisor.children()}
    return [p for p in system.pids("celery", name) if p.pid in parents]


def _children(system: System, name: str) -> list[psutil.Process]:
    parents = {child.process.pid for child in system.supervisor.children()}
    return [p for p in system.pids("celery", name) if p.pid not in parents]


def _one(processes: list[psutil.Process]) -> psutil.Process | None:
    return random.choice(processes) if processes else None
