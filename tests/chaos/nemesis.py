"""What is done to the running system: killed, frozen, cut off, filled, and undone."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import psutil

from config.local.postgres import Server
from tests.chaos.proxy import DELAY, SILENT
from tests.chaos.system import System

LASTS_SECONDS = 2.0
TMPFS_MB = 1500
WORKERS = ("worker", "worker 2")

T = TypeVar("T")
Harm = Callable[[System], None]

KILLS: dict[str, Harm] = {
    "kill a web process": lambda s: s.kill("web process", _one(s.below("web"))),
    "kill the web server": lambda s: s.kill("web server", *s.leader("web")),
    "kill a worker": lambda s: s.kill("worker", _one(s.leader(*WORKERS))),
    "kill a worker's child": lambda s: s.kill("worker's child", _one(_busy(s))),
    "kill beat": lambda s: s.kill("beat", *s.leader("beat")),
    "kill valkey": lambda s: s.kill("valkey", *s.leader("valkey")),
    "kill a replica": lambda s: _kill_server(s, _one(list(s.servers.replicas))),
    "kill the primary": lambda s: _kill_server(s, s.servers.primary),
    "kill everything at once": lambda s: _kill_all(system=s),
}
# How often each is done in a storm: what restarts fast is killed more.
WEIGHTS = (14, 2, 4, 6, 2, 4, 3, 2, 1)
# Those that a quick run has time for.
QUICK = {
    *(set(KILLS) - {"kill the web server"}),
    "freeze the workers",
    "freeze the primary",
    "silent line to the command database",
    "no line to the valkey",
    "fill the disk",
}


def harms(*, disk: Path | None) -> dict[str, Harm]:
    """Return all harms by name; the disk is filled only where it is a small one."""
    found: dict[str, Harm] = {
        **KILLS,
        "freeze a web process": lambda s: _freeze(s.below("web")[:1]),
        "freeze the workers": lambda s: _freeze(s.whole(*WORKERS)),
        "freeze beat": lambda s: _freeze(s.whole("beat")),
        "freeze valkey": lambda s: _freeze(s.whole("valkey")),
        "freeze a replica": lambda s: _freeze(s.processes_of(s.servers.replicas[1])),
        "freeze the primary": lambda s: _freeze(s.processes_of(s.servers.primary)),
    }
    for name in ("command database", "replica", "valkey"):
        found[f"slow line to the {name}"] = partial(_line, name=name, mode=DELAY)
        found[f"silent line to the {name}"] = partial(_line, name=name, mode=SILENT)
        found[f"no line to the {name}"] = partial(_line, name=name, mode="")
    if disk is not None:
        found["fill the disk"] = lambda s: _fill(disk)
    return found


def storm(chance: random.Random) -> Iterator[str]:
    """Name one kill after another, for ever."""
    while True:
        yield chance.choices(list(KILLS), WEIGHTS)[0]


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


def _kill_server(system: System, server: Server | None) -> None:
    assert server is not None
    kind = "primary" if server is system.servers.primary else "replica"
    with suppress(OSError, ValueError, psutil.NoSuchProcess):  # it is down already
        leader, *others = system.processes_of(server)
        system.kill(kind, leader)
        if kind == "primary":
            for process in others:
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def _kill_all(*, system: System) -> None:
    """As if somebody pulled the plug, but for what the kernel has of the files."""
    every = system.whole("web", *WORKERS, "beat", "valkey")
    for server in (system.servers.primary, *system.servers.replicas):
        with suppress(OSError, ValueError, psutil.NoSuchProcess):
            every += system.processes_of(server)
    for process in every:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    system.kill("everything", None)
    system.killed["everything"] += 1


def _freeze(processes: list[psutil.Process]) -> None:
    _signal(processes, signal.SIGSTOP)
    time.sleep(LASTS_SECONDS)
    _signal(processes, signal.SIGCONT)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _line(system: System, *, name: str, mode: str) -> None:
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


def _busy(system: System) -> list[psutil.Process]:
    return system.below(*WORKERS)


def _one(things: list[T]) -> T | None:
    return random.choice(things) if things else None
