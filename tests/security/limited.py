"""A web server of two processes with small budgets, and a Valkey of its own."""

import http.client
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from config.local import application, valkey
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Service, Supervisor
from tests.services import environment_of, started

READS, WRITES, STRANGERS, EXPORTS = 40, 20, 30, 3
LONG = 3600  # seconds in which they fill up again: none of it while a test runs
BUDGETS = {
    "RATE_LIMIT_READS": f"{READS}/{LONG}",
    "RATE_LIMIT_WRITES": f"{WRITES}/{LONG}",
    "RATE_LIMIT_STRANGERS": f"{STRANGERS}/{LONG}",
    "RATE_LIMIT_EXPORTS": f"{EXPORTS}/{LONG}",
    "PROXIES": "1",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def left(self) -> int:
        """What the header RateLimit says is left."""
        return int(self.headers["ratelimit"].partition(";r=")[2].partition(";")[0])


@dataclass(frozen=True)
class Limited:
    url: str
    valkey_url: str
    server: psutil.Process  # Valkey's

    def ask(
        self, path: str, *, method: str = "GET", body: Any = None, **headers: str
    ) -> Answer:
        """Ask over a connection of one's own, whichever process takes it."""
        sent = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if sent is not None:
            named["Content-Type"] = "application/json"
        where = urlsplit(self.url).netloc
        with closing(http.client.HTTPConnection(where, timeout=10)) as connection:
            connection.request(method, path, sent, named)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())

    def ask_often(self, times: int, path: str, **how: Any) -> list[Answer]:
        """Ask eight at a time."""
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(self.ask, path, **how) for _ in range(times)]
            return [one.result() for one in asked]

    def processes_that_count(self) -> int:
        """Return how many web processes have a connection to this Valkey."""
        port = urlsplit(self.valkey_url).port
        children = psutil.Process(os.getpid()).children(recursive=True)
        return sum(
            any(c.raddr and c.raddr.port == port for c in child.net_connections())
            for child in children
        )


@contextmanager
def limited(services: Embedded, folder: Path, **more: str) -> Iterator[Limited]:
    with own_valkey(services, folder) as (url, server):
        port = free_ports(1)[0]
        environment = {**environment_of(services), **BUDGETS, **more}
        environment |= {"REDIS_URL": url, "WEB_PROCESSES": "2"}
        with started(services, application.web(environment, port=port)):
            yield Limited(f"http://{HOST}:{port}", url, server)


@contextmanager
def own_valkey(
    services: Embedded, folder: Path
) -> Iterator[tuple[str, psutil.Process]]:
    port = free_ports(1)[0]
    url = valkey.url(port=port, password="own")
    command = valkey.prepare(folder, port=port, password="own")
    service = Service(
        name="own valkey",
        prepare=lambda: command,
        is_ready=lambda: valkey.answers(url),
    )
    with started(services, service) as supervisor:
        yield url, psutil.Process(_pid(supervisor))


def _pid(supervisor: Supervisor) -> int:
    return next(iter(supervisor.children())).process.pid
