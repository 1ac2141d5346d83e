"""The real process that carries rebuilds out; what it leaves is cleaned up."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config.local import application
from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_query import projector
from orders_query.models import RebuildRequest
from tests.services import environment_of
from tests.waiting import eventually

SETS = ("shadow", "previous")


class Rebuilders:
    """Starts such processes, each with what it prints in a file."""

    def __init__(self, services: Embedded) -> None:
        self._environment = environment_of(services)
        self._folder = services.var_dir
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        command = application.command({**self._environment, **environment}, "rebuilder")
        number = len(self._started) + 1
        with self.log(number).open("wb") as log:
            process = subprocess.Popen(
                command.arguments,
                env=dict(command.environment),
                cwd=command.folder,
                stdout=log,
                stderr=log,
            )
        self._started.append(process)
        return process

    def log(self, number: int) -> Path:
        return self._folder / f"rebuilder-{number}.log"

    def printed(self) -> str:
        """Return what all of them have printed."""
        logs = (self.log(n + 1) for n in range(len(self._started)))
        return "\n".join(log.read_text() for log in logs)

    def end(self) -> None:
        for process in self._started:
            process.send_signal(signal.SIGTERM)
        for process in self._started:
            process.wait(10)


@contextmanager
def rebuilders(services: Embedded) -> Iterator[Rebuilders]:
    """Let a test start some; neither they nor what they have made outlive it."""
    started = Rebuilders(services)
    try:
        yield started
    finally:
        started.end()
        url = services.environment()[OWNER_URLS[1]]
        with psycopg.connect(url, autocommit=True) as owner:
            only_live_tables(owner)
            owner.execute("delete from orders_query_rebuildrequest")
            owner.execute("delete from orders_query_rebuilder")


def only_live_tables(owner: psycopg.Connection[Any]) -> None:
    """Leave only the live tables, as `--discard` and `--drop-previous` would."""
    with owner.transaction():
        for table in ("checkpoint", "parkedevent"):
            column = "name" if table == "checkpoint" else "projection"
            delete = (
                f"delete from orders_query_{table}"
                f" where split_part({column}, ':', 2) = any(%s)"
            )
            owner.execute(delete.encode(), [list(SETS)])
        for kind in SETS:
            for name in projector.PROJECTIONS:
                owner.execute(f"drop schema if exists {kind}_{name} cascade".encode())


def as_it_is(request: RebuildRequest) -> RebuildRequest:
    return RebuildRequest.objects.using("query").get(pk=request.pk)


def ended(request: RebuildRequest) -> RebuildRequest:
    """Wait until a request is not open any more, and return it."""
    eventually(lambda: as_it_is(request).ended_at, 30, every=0.1)
    return as_it_is(request)
