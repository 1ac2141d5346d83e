"""Starting processes that never outlive their starter, and ending what did."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from config.local.account import Account

MARK = "ORDERS_VAR_DIR"  # in the environment of all that `up` starts
SERVERS = {"postgres", "valkey-server"}
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Command:
    """A process to run: what, as whom, and how it is asked to end."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM


def spawn(
    command: Command, *, stdout: int | IO[Any] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own that ends when this process dies."""
    return subprocess.Popen(  # noqa: S603
        command.arguments,
        env=dict(command.environment),
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_ends_with(os.getpid(), command.stop_signal),  # noqa: PLW1509
        **_as_user(command.account),
    )


def run(command: Command) -> str:
    """Run to the end and return what was printed; RuntimeError if that failed."""
    process = spawn(command, stdout=subprocess.PIPE)
    printed = process.communicate()[0].decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{command.name} failed:\n{printed}")
    return printed


def end(
    process: subprocess.Popen[bytes], how: signal.Signals, *, within: float
) -> None:
    """Ask a process to end, then insist."""
    signal_group(process.pid, how, leader_only=True)
    insist(process, within=within)


def insist(process: subprocess.Popen[bytes], *, within: float) -> None:
    """Wait for a process that was asked to end, then kill; its group goes with it."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        signal_group(process.pid, signal.SIGKILL, leader_only=True)
        process.wait()
    signal_group(process.pid, signal.SIGKILL)


def signal_group(pid: int, how: signal.Signals, *, leader_only: bool = False) -> None:
    """Signal a child or what is left of its group."""
    try:
        if leader_only:
            os.kill(pid, how)
        else:
            os.killpg(pid, how)
    except (ProcessLookupError, PermissionError):
        pass


def end_leftovers(var_dir: Path, *, within: float = 8.0) -> list[str]:
    """End what an earlier runner of this `var/` left running; return the names."""
    left = [p for p in psutil.process_iter() if _belongs(p, var_dir)]
    names = sorted({name for process in left if (name := _name(process))})
    _signal_all(left, signal.SIGINT, only=SERVERS)
    _signal_all(left, signal.SIGTERM)
    _, alive = psutil.wait_procs(left, within)
    _signal_all(alive, signal.SIGKILL)
    psutil.wait_procs(alive, within)
    return names


def servers_in(folder: Path) -> list[psutil.Process]:
    """Return the server processes that work in a data folder."""
    return [p for p in psutil.process_iter() if _works_in(p, folder)]


def _signal_all(
    processes: Iterable[psutil.Process],
    how: signal.Signals,
    only: set[str] | None = None,
) -> None:
    for process in processes:
        try:
            if only is None or process.name() in only:
                process.send_signal(how)
        except psutil.Error:
            continue


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""  # it ended meanwhile


def _belongs(process: psutil.Process, var_dir: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        if process.environ().get(MARK) == str(var_dir):
            return True
    except (psutil.Error, OSError):
        pass
    return _works_in(process, var_dir)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Servers rewrite their environment for their title, but stay in their folder."""
    try:
        return process.name() in SERVERS and Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False


def _as_user(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _ends_with(parent: int, how: signal.Signals) -> Callable[[], None]:
    """Have the kernel signal the child when its parent dies, be it by kill -9."""
    libc = ctypes.CDLL(None, use_errno=True)
    prctl = getattr(libc, "prctl", None)  # Linux only

    def prepare() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
