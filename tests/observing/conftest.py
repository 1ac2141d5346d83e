"""A web server under observation, beside the worker that all tests have."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
from tests.collecting import Collector
from tests.people import Caller, a_customer, administrator
from tests.services import environment_of, observed, started

NAME = "web-observed"
Line = dict[str, Any]


@dataclass
class System:
    """Web server and worker: what one asks them, and what they say of themselves."""

    url: str
    logs: tuple[Path, ...]

    def lines(self, **fields: Any) -> list[Line]:
        """Return the lines of their logs with these fields; what is no object fails."""
        printed = (line for log in self.logs for line in log.read_text().splitlines())
        lines = (json.loads(line.partition(" | ")[2]) for line in printed)
        return [line for line in lines if fields.items() <= line.items()]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask as an administrator; return the answer's JSON, headers and status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = urllib.request.Request(
            f"{self.url}{path}",
            None if body is None else json.dumps(body).encode(),
            {**named, "Content-Type": "application/json", **self.caller.headers},
            method=method,
        )
        try:
            with urllib.request.urlopen(asked, timeout=15) as answer:
                return json.load(answer), answer.headers, answer.status
        except urllib.error.HTTPError as refused:
            with refused:
                return json.load(refused), refused.headers, refused.status

    @cached_property
    def caller(self) -> Caller:
        return administrator()

    @cached_property
    def customer_id(self) -> str:
        return str(a_customer())


@pytest.fixture(scope="session")
def web_observed(
    services: Embedded, worker: Supervisor, collector: Collector
) -> Iterator[str]:
    port = free_ports(1)[0]
    environment = {
        **observed(environment_of(services), collector),
        "WEB_PROCESSES": "1",
        "LOG_REQUESTS": "1",
    }
    with started(services, application.web(environment, port=port), name=NAME):
        yield f"http://{HOST}:{port}"


@pytest.fixture
def system(services: Embedded, web_observed: str) -> System:
    logs = tuple(services.var_dir / f"{name}.log" for name in (NAME, "worker"))
    return System(web_observed, logs)
