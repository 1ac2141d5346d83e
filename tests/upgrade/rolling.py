"""A system that is upgraded while it serves: old and new code on one set of servers."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from config.local import application, postgres, processes
from config.local.console import Console
from config.local.embedded import embedded
from config.local.ports import HOST, free_ports
from config.local.processes import Command
from config.local.supervisor import Service, Supervisor

# What a release runs: with the options that its own code gives.
ASK = """
import json, os, sys
from config.local import application
name, options = sys.argv[1], json.loads(sys.argv[2])
made = getattr(application, name)(dict(os.environ), **options).prepare()
print(json.dumps([made.arguments, dict(made.environment)]))
"""
Answer = tuple[int, dict[str, str], Any]


@dataclass(kw_only=True)
class Release:
    """Code in a folder, and its processes while they run."""

    folder: Path
    environment: dict[str, str]
    log: TextIO
    port: int = 0
    token: str = ""
    running: list[Supervisor] = field(default_factory=list)

    def run(self, *arguments: str) -> str:
        """Run one of its management commands; RuntimeError if that fails."""
        made = application.command(self.environment, *arguments)
        return processes.run(self._of_here(made))

    def migrate(self) -> None:
        for database in ("default", "query"):
            self.run("migrate", f"--database={database}", "--skip-checks")
        self.run("grant")

    def start(self, *names: str) -> None:
        """Start its web, worker and beat, or some of them; they serve afterwards."""
        self.port = self.port or free_ports(1)[0]
        environment = {**self.environment, "WEB_PROCESSES": "1"}
        parts = {
            "worker": application.worker(environment),
            "beat": application.beat(environment),
            "web": application.web(environment, port=self.port),
        }
        supervisor = Supervisor(Console(self.log))
        self.running.append(supervisor)
        supervisor.start(
            *(self._as_here(name, parts[name], environment) for name in names or parts)
        )

    def end(self) -> None:
        while self.running:
            self.running.pop().end()

    def ask(self, method: str, path: str, body: Any = None, **more: str) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", **more}
        headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body)
        with closing(HTTPConnection(HOST, self.port, timeout=30)) as connection:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            content = json.loads(answer.read())
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, content

    def place(self, customer_id: str, key: str = "") -> Answer:
        item = {"productId": "tea", "quantity": 2, "price": 3.5}
        body = {"customerId": customer_id, "items": [item], "note": "at the back door"}
        more = {"Idempotency-Key": key or str(uuid4())}
        return self.ask("POST", "/api/command/orders", body, **more)

    def step(self, order_id: str, name: str) -> Answer:
        return self.ask("POST", f"/api/command/orders/{order_id}/{name}", {})

    def amend(self, order_id: str) -> Answer:
        item = {"productId": "sugar", "quantity": 1, "price": 2}
        path = f"/api/command/orders/{order_id}/items"
        return self.ask("POST", path, {"items": [item]})

    def read(self, order_id: str, token: str) -> Answer:
        return self.ask(
            "GET", f"/api/query/orders/{order_id}", **{"Consistency-Token": token}
        )

    def _as_here(
        self, name: str, service: Service, environment: dict[str, str]
    ) -> Service:
        """Start a service as this release's own code does, with its own options."""
        options = {"port": self.port} if name == "web" else {}
        printed = subprocess.check_output(
            [sys.executable, "-c", ASK, name, json.dumps(options)],
            cwd=self.folder,
            env=environment,
            text=True,
        )
        arguments, given = json.loads(printed.splitlines()[-1])
        made = Command(
            name=name, arguments=arguments, environment=given, folder=self.folder
        )
        return replace(service, prepare=lambda: made)

    def _of_here(self, command: Command) -> Command:
        manage = str(self.folder / "manage.py")
        arguments = [
            manage if word.endswith("/manage.py") else word
            for word in command.arguments
        ]
        return replace(command, arguments=arguments, folder=self.folder)


@contextmanager
def home() -> Iterator[Path]:
    """Make a folder that PostgreSQL's user can pass through."""
    with tempfile.TemporaryDirectory(prefix="orders-upgrade-") as made:
        yield Path(made)


@contextmanager
def servers(var_dir: Path) -> Iterator[dict[str, str]]:
    """Run empty databases, a replica and Valkey; yield how processes reach them."""
    made = embedded(var_dir, durable=False)
    with (var_dir / "servers.log").open("w") as log:
        supervisor = Supervisor(Console(log))
        try:
            supervisor.start(*made.first_stage())
            postgres.bootstrap(made.primary)
            supervisor.start(*made.second_stage())
            yield application.environment(var_dir, made.environment())
        finally:
            supervisor.end()
