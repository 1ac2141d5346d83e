"""A whole system of its own that may lose its primary: two standbys of it, worker, web.

The URLs name the primary and the standbys, so whichever of them takes writes is used.
"""

import json
import re
import signal
import time
import urllib.parse
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

import psutil

from config.local import application, postgres, processes
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.ports import HOST, free_ports
from config.local.postgres import OWNER, Server
from config.local.supervisor import Service, Supervisor
from tests.services import without_services

Answer = tuple[int, dict[str, str], Any, float]  # status, headers, body, seconds


@dataclass(kw_only=True)
class Cluster:
    servers: Embedded
    supervisor: Supervisor
    environment: dict[str, str]
    port: int
    token: str = ""
    unused_token: str = ""  # no process has seen it yet
    password: str = ""
    frozen: list[psutil.Process] = field(default_factory=list)

    @classmethod
    def start(cls, home: Path, log: IO[str], **more: str) -> "Cluster":
        home.chmod(0o711)  # PostgreSQL's user passes through
        servers = embedded(home, durable=False, replicas=2)
        supervisor = Supervisor(Console(log))
        supervisor.start(*servers.first_stage())
        postgres.bootstrap(servers.primary)
        for follower in servers.second_stage():
            supervisor.start(follower)
        made = cls(
            servers=servers,
            supervisor=supervisor,
            environment={**_environment(servers), **more},
            port=free_ports(1)[0],
        )
        made.prepare()
        supervisor.start(*made.processes())
        return made

    def processes(self) -> list[Service]:
        """Return what runs beside the servers."""
        web = {**self.environment, "WEB_PROCESSES": "1"}
        return [
            application.worker(self.environment),
            application.beat(self.environment),
            application.web(web, port=self.port),
        ]

    def prepare(self) -> None:
        """Make tables, roles and somebody who may do everything."""
        for job in (
            application.migrate(self.environment, "default"),
            application.migrate(self.environment, "query"),
            application.command(
                self.environment, "collectstatic", "--noinput", "--skip-checks"
            ),
            application.command(self.environment, "grant"),
        ):
            self.supervisor.run(job)
        printed = processes.run(
            application.command(self.environment, "demo_access")
        ).splitlines()
        access = json.loads(printed[-1])
        self.token, self.password = access["token"], access["password"]
        unused = application.command(self.environment, "api_token", access["username"])
        self.unused_token = processes.run(unused).split()[-1]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask over a connection of its own, and tell how long that took."""
        began = time.monotonic()
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        sent["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body)
        # Closed whatever happens: a cluster in trouble hangs up on callers.
        with closing(HTTPConnection(HOST, self.port, timeout=20)) as connection:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            content = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        found = json.loads(content) if content else None
        return answer.status, told, found, time.monotonic() - began

    def signed_in(self) -> urllib.request.OpenerDirector:
        """Return a browser's worth of cookies, signed in as the administrator."""
        cookies = urllib.request.HTTPCookieProcessor()
        browser = urllib.request.build_opener(cookies)
        url = f"http://{HOST}:{self.port}/sign-in"
        with browser.open(url, timeout=10) as answer:
            page = answer.read().decode()
        (secret,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
        form = {
            "username": "admin",
            "password": self.password,
            "csrfmiddlewaretoken": secret,
        }
        browser.open(url, urllib.parse.urlencode(form).encode(), timeout=10).close()
        return browser

    def register(self) -> str:
        body = {"name": "Ada", "email": f"{time.monotonic_ns()}@example.org"}
        status, _, found, _ = self.ask("POST", "/api/customers", body)
        assert status == 201, found
        return str(found["customerId"])

    def place(self, customer_id: str) -> Answer:
        item = {"productId": "tea", "quantity": 2, "price": 3.5}
        body = {"customerId": customer_id, "items": [item]}
        return self.ask("POST", "/api/command/orders", body)

    def kill_primary(self) -> None:
        """Kill -9 every process of the primary at once."""
        every = self.processes_of(self.servers.primary)
        for process in every:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(every, 10)

    def freeze_primary(self) -> None:
        self.frozen = self.processes_of(self.servers.primary)
        for process in self.frozen:
            process.send_signal(signal.SIGSTOP)

    def promote(self, server: Server) -> None:
        """Let a standby take over."""
        with server.connect() as connection:
            connection.execute("select pg_promote(true, 30)")

    def furthest_standby(self) -> Server:
        """Return the standby that has received most of what the primary wrote."""
        return max(self.servers.replicas, key=_received)

    def end(self) -> None:
        for process in self.frozen:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.supervisor.end()

    def processes_of(self, server: Server) -> list[psutil.Process]:
        pid = int((server.folder / "postmaster.pid").read_text().split()[0])
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]


def orders_of(server: Server) -> set[str]:
    """Return the orders that a server's log and state rows have, straight from them."""
    with server.connect("command") as connection:
        rows = connection.execute(
            "select o.id::text from orders_command_order o"
            " join orders_command_event e on e.order_id = o.id and e.version = 1"
        ).fetchall()
    return {order_id for (order_id,) in rows}


def _received(server: Server) -> int:
    with server.connect() as connection:
        row = connection.execute(
            "select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')"
        ).fetchone()
    return int(row[0]) if row else 0


def _environment(servers: Embedded) -> dict[str, str]:
    """Return URLs that name all servers, the primary first."""
    every = [servers.primary, *servers.replicas]
    hosts = ",".join(f"{HOST}:{server.port}" for server in every)

    def url(role: str, database: str) -> str:
        return f"postgres://{role}:{servers.primary.passwords[role]}@{hosts}/{database}"

    addresses = {
        **servers.environment(),
        "DATABASE_URL": url("orders_command", "command"),
        "QUERY_DATABASE_URL": url("orders_query", "query"),
        "DATABASE_OWNER_URL": url(OWNER, "command"),
        "QUERY_DATABASE_OWNER_URL": url(OWNER, "query"),
    }
    kept = without_services()
    made = application.environment(servers.var_dir, addresses)
    return {**kept, **{k: v for k, v in made.items() if k not in kept}, **addresses}


def first_column(server: Server, question: str, *, database: str = "command") -> Any:
    with server.connect(database) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None
