"""Keeps processes running: in order, awaited, restarted, and ended together."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from config.local.console import Console
from config.local.errors import CannotStart
from config.local.processes import Command, end, insist, signal_group, spawn

LOOK_EVERY = 0.1
CHECK_EVERY = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
LIVED_WELL = 30.0


class Stopped(Exception):
    """Somebody asked for the end."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process to keep: how to make it ready to start, and when it serves."""

    name: str
    prepare: Callable[[], Command]
    is_ready: Callable[[], bool]
    is_broken: Callable[[], bool] = lambda: False  # alive, and of no use
    repair: Callable[[], None] | None = None  # if it does not become ready
    ready_within: float = 30.0
    end_within: float = 4.0


@dataclass(kw_only=True)
class Child:
    """A service and the process that runs it now."""

    service: Service
    command: Command
    process: subprocess.Popen[bytes]
    log: threading.Thread
    started_at: float = field(default_factory=time.monotonic)
    pause: float = FIRST_PAUSE
    start_again_at: float | None = None


class Supervisor:
    """Start services stage by stage, watch them, end them in the opposite order."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stages: list[list[Child]] = []
        self._ending = threading.Event()
        self._checked_at = time.monotonic()

    def end_on_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as the wish to end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop())

    def stop(self) -> None:
        """End what waits or watches, as a signal would."""
        self._ending.set()

    def start(self, *services: Service) -> None:
        """Start services side by side and wait until all of them serve."""
        stage: list[Child] = []
        self._stages.append(stage)
        for service in services:
            # One by one, so that a failure leaves the others where `end` finds them.
            stage.append(self._spawned(service))  # noqa: PERF401
        for child in stage:
            self._await(child)

    def run(self, *commands: Command) -> None:
        """Run commands side by side to their end; CannotStart if one fails."""
        running = [(command, *self._followed(command)) for command in commands]
        try:
            while any(process.poll() is None for _, process, _ in running):
                self._sleep(LOOK_EVERY / 2)
        finally:
            for _, process, log in running:
                end(process, signal.SIGTERM, within=1)
                log.join(1)
        for command, process, _ in running:
            if process.returncode:
                raise CannotStart(f"{command.name} failed; its lines above say why")

    def run_in_front(self, command: Command) -> None:
        """Run one command that may draw on the terminal itself."""
        process = spawn(command)
        try:
            while process.poll() is None:
                self._sleep(LOOK_EVERY / 2)
        finally:
            end(process, signal.SIGTERM, within=1)
        if process.returncode:
            raise CannotStart(f"{command.name} failed; its lines above say why")

    def watch(self) -> None:
        """Bring back whatever ends, until somebody asks for the end."""
        while True:
            self._sleep(LOOK_EVERY)
            check = time.monotonic() - self._checked_at > CHECK_EVERY
            for child in self.children():
                self._look_after(child, check=check)
            if check:
                self._checked_at = time.monotonic()

    def end(self) -> None:
        """End all, the last stage first, each stage side by side."""
        for stage in reversed(self._stages):
            for child in stage:
                signal_group(
                    child.process.pid, child.command.stop_signal, leader_only=True
                )
            for child in stage:
                insist(child.process, within=child.service.end_within)
                child.log.join(1)
        self._stages.clear()

    def children(self) -> list[Child]:
        """Return what is supervised, in the order of start."""
        return [child for stage in self._stages for child in stage]

    def _spawned(self, service: Service) -> Child:
        command = service.prepare()
        process, log = self._followed(command)
        return Child(service=service, command=command, process=process, log=log)

    def _followed(
        self, command: Command
    ) -> tuple[subprocess.Popen[bytes], threading.Thread]:
        process = spawn(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process, self._console.follow(command.name, process.stdout)

    def _await(self, child: Child) -> None:
        if self._becomes_ready(child):
            return
        if child.service.repair is None:
            raise CannotStart(
                f"{child.service.name} does not answer after "
                f"{child.service.ready_within:.0f} s; its lines above may say why"
            )
        self._say(child, "is of no use as it is: making it anew")
        end(child.process, child.command.stop_signal, within=child.service.end_within)
        child.service.repair()
        self._respawn(child)
        if not self._becomes_ready(child):
            raise CannotStart(f"{child.service.name} does not start")

    def _becomes_ready(self, child: Child) -> bool:
        deadline = time.monotonic() + child.service.ready_within
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                return self._died_early(child)
            if child.service.is_ready():
                return True
            self._sleep(LOOK_EVERY / 2)
        return False

    def _died_early(self, child: Child) -> bool:
        child.log.join(1)
        if child.service.repair is not None:
            return False
        raise CannotStart(
            f"{child.service.name} ended with status {child.process.returncode} "
            "while starting; its lines above say why"
        )

    def _look_after(self, child: Child, *, check: bool) -> None:
        if child.start_again_at is not None:
            if time.monotonic() >= child.start_again_at:
                self._start_again(child)
        elif child.process.poll() is not None:
            self._bury(child, f"ended {_how(child.process.returncode)}")
        elif check and child.service.is_broken():
            how = child.command.stop_signal
            end(child.process, how, within=child.service.end_within)
            self._bury(child, "can no longer do its work")

    def _bury(self, child: Child, what: str) -> None:
        """Clear the rest of its group away and decide when it comes back."""
        signal_group(child.process.pid, signal.SIGKILL)
        if time.monotonic() - child.started_at > LIVED_WELL:
            child.pause = FIRST_PAUSE
        child.start_again_at = time.monotonic() + child.pause
        self._say(child, f"{what}; starting it again in {child.pause:g} s")
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _start_again(self, child: Child) -> None:
        try:
            self._respawn(child)
        except (OSError, RuntimeError, psycopg.Error) as error:
            child.start_again_at = time.monotonic() + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
            self._say(child, f"cannot start yet: {error}")

    def _respawn(self, child: Child) -> None:
        child.command = child.service.prepare()
        child.process, child.log = self._followed(child.command)
        child.started_at = time.monotonic()
        child.start_again_at = None

    def _say(self, child: Child, line: str) -> None:
        self._console.say("up", f"{child.service.name} {line}", bad=True)

    def _sleep(self, seconds: float) -> None:
        if self._ending.wait(seconds):
            raise Stopped


def _how(status: int) -> str:
    if status < 0:
        return f"by {signal.Signals(-status).name}"
    return f"with status {status}"
