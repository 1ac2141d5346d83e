"""The real command in a process of its own, as the owner of the tables."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from config.local import application
from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from tests.rebuilders import Rebuilders, only_live_tables, rebuilders
from tests.services import environment_of


@dataclass(frozen=True)
class Ended:
    status: int
    printed: str


class Rebuild:
    """Runs `manage.py rebuild`; what it keeps is cleaned up after the test."""

    def __init__(self, services: Embedded, owner: psycopg.Connection) -> None:
        self._environment = environment_of(services)
        self.owner = owner

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        process = self.start(*arguments, **environment)
        printed, _ = process.communicate(timeout=60)
        return Ended(process.returncode, printed)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = application.command(
            {**self._environment, **environment}, "rebuild", *arguments
        )
        return subprocess.Popen(
            command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def owner(services: Embedded) -> Iterator[psycopg.Connection]:
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected


@pytest.fixture
def rebuild(services: Embedded, owner: psycopg.Connection) -> Iterator[Rebuild]:
    yield Rebuild(services, owner)
    only_live_tables(owner)


@pytest.fixture
def rebuilder(services: Embedded) -> Iterator[Rebuilders]:
    with rebuilders(services) as started:
        yield started
