"""The real process that sends, as often as a test wants it, with short waits."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local import application
from config.local.embedded import Embedded
from tests.services import environment_of

QUICK = {
    "WEBHOOK_ALLOW_PRIVATE": "1",
    "WEBHOOK_WAITS": ",".join(["0.05"] * 12),
    "WEBHOOK_TIMEOUT_SECONDS": "1.0",
}


class Senders:
    """Starts such processes, each with what it prints in a file."""

    def __init__(self, services: Embedded) -> None:
        self._environment = {**environment_of(services), **QUICK}
        self._folder = services.var_dir
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        made = {**self._environment, **environment}
        command = application.command(made, "webhooks")
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command.arguments,
                env=dict(command.environment),
                cwd=command.folder,
                stdout=log,
                stderr=log,
            )
        self._started.append(process)
        return process

    @property
    def log(self) -> Path:
        return self._folder / "webhooks.log"

    def end(self) -> None:
        for process in self._started:
            process.send_signal(signal.SIGTERM)
        for process in self._started:
            process.wait(10)
        self._started.clear()


@contextmanager
def senders(services: Embedded) -> Iterator[Senders]:
    started = Senders(services)
    try:
        yield started
    finally:
        started.end()
