"""The system under attack: real processes that are started again when they die, with
a proxy before the command database, the first replica and Valkey."""

import json
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import psutil
import redis

from config.local import application, processes
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.postgres import Server
from config.local.supervisor import FIRST_PAUSE, Child, Service, Stopped
from tests.chaos.checking import Logged, Rows
from tests.chaos.connection import PATIENCE_SECONDS, Connection
from tests.chaos.history import Operation
from tests.chaos.proxy import Proxy
from tests.failover.cluster import Cluster

WEB_PROCESSES = "3"
BELL = "ring"


@dataclass(kw_only=True)
class System(Cluster):
    """A cluster with two workers, watched over, and reached through proxies."""

    faults: Path = Path()
    proxies: dict[str, Proxy] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)  # by kind
    _watching: threading.Thread | None = None

    @classmethod
    @contextmanager
    def running(cls, home: Path, log: IO[str], settings: str) -> Iterator["System"]:
        faults = home / "faults"
        faults.mkdir()
        more = {
            "FAULTS_DIR": str(faults),
            "DJANGO_SETTINGS_MODULE": settings,
            "VERIFY_EVERY_SECONDS": "0",
        }
        system = cls.start(home, log, **more)
        system.faults = faults
        try:
            system.watch()
            yield system
        finally:
            system.end()

    def prepare(self) -> None:
        """Make tables, roles and somebody who may do everything; then the proxies."""
        root = ["collectstatic", "--noinput", "--skip-checks"]
        self.supervisor.run(
            application.migrate(self.environment, "default"),
            application.migrate(self.environment, "query"),
            application.command(self.environment, *root),
        )
        self.supervisor.run(application.command(self.environment, "grant"))
        made = application.command(self.environment, "demo_access")
        self.token = json.loads(processes.run(made).splitlines()[-1])["token"]
        self._put_proxies_before(_urls(self.servers))

    def processes(self) -> list[Service]:
        web = {**self.environment, "WEB_PROCESSES": WEB_PROCESSES}
        worker = application.worker(self.environment)
        return [
            worker,
            replace(worker, name="worker 2"),
            application.beat(self.environment),
            application.web(web, port=self.port),
        ]

    def watch(self) -> None:
        """Start again what dies, from a thread that lives as long as this."""

        def keep() -> None:
            with suppress(Stopped):
                self.supervisor.watch()

        self._watching = threading.Thread(target=keep, daemon=True)
        self._watching.start()

    def end(self) -> None:
        self.supervisor.stop()
        if self._watching is not None:
            self._watching.join(20)
        for proxy in self.proxies.values():
            proxy.close()
        super().end()

    def connect(self, patience: float = PATIENCE_SECONDS) -> Connection:
        """Return a connection to the web server of somebody who may do everything."""
        return Connection(self.port, self.token, patience=patience)

    def kill(self, kind: str, *victims: psutil.Process | None) -> None:
        """Kill -9, and count it; a supervisor's patience is not what is tried here."""
        for child in self.supervisor.children():
            child.pause = FIRST_PAUSE
        for victim in victims:
            if victim is not None:
                with suppress(psutil.NoSuchProcess):
                    victim.kill()
                    self.killed[kind] += 1

    def leader(self, *names: str) -> list[psutil.Process]:
        """Return the processes that run these services."""
        found = []
        for child in self._children(names):
            with suppress(psutil.NoSuchProcess):
                found.append(psutil.Process(child.process.pid))
        return found

    def below(self, *names: str) -> list[psutil.Process]:
        """Return what works for these services: web processes, a worker's child."""
        found: list[psutil.Process] = []
        for leader in self.leader(*names):
            with suppress(psutil.Error):
                found += leader.children(recursive=True)
        return [p for p in found if _works(p)]

    def whole(self, *names: str) -> list[psutil.Process]:
        return [*self.leader(*names), *self.below(*names)]

    def thaw(self) -> None:
        """Let go on what has stopped itself at a fault."""
        for process in self.whole("web", "worker", "worker 2"):
            with suppress(psutil.Error):
                if process.status() == psutil.STATUS_STOPPED:
                    process.send_signal(signal.SIGCONT)

    def arm(self, point: str, fault: str) -> None:
        """Let a fault wait at a point."""
        waiting = self.faults / f"{point}.new"
        waiting.write_text(fault)
        waiting.rename(self.faults / point)

    def is_armed(self, point: str) -> bool:
        return (self.faults / point).exists()

    def disarm(self) -> None:
        for file in self.faults.iterdir():
            file.unlink(missing_ok=True)

    def log(self, request_id: str | None = None) -> list[Logged]:
        """Return the log as the primary has it, whole or what came of one request."""
        with self.servers.primary.connect("command") as connection:
            rows = connection.execute(LOG, {"request": request_id}).fetchall()
        names = ("position", "stream_id", "version", "type", "request_id")
        return [Logged(**dict(zip(names, row, strict=True))) for row in rows]

    def rows(self) -> dict[str, Rows]:
        """Return each order's status and version, as state rows and on each node."""
        primary = self.servers.primary
        found = {"the state rows": _rows(primary, "command", STATE_ROWS)}
        for server in (primary, *self.servers.replicas):
            found[f"{server.name}'s read rows"] = _rows(server, "query", READ_ROWS)
        return found

    def shown_up_to(self, server: Server) -> int:
        """Return the position up to which all projections have come on a node."""
        with server.connect("query") as connection:
            row = connection.execute(CHECKPOINTS).fetchone()
        return int(row[0]) if row else 0

    def shows(self, operation: Operation) -> bool:
        """Tell whether the read primary's own rows have it: the log would help out."""
        with self.servers.primary.connect("query") as connection:
            row = connection.execute(
                SHOWN, {"id": operation.stream_id, "version": operation.version}
            ).fetchone()
        is_there = operation.version == 0 or row is not None
        return is_there and self.has_passed(operation.position)

    def has_passed(self, position: int) -> bool:
        """Tell whether the projections are done with an event, or have parked it."""
        return self.shown_up_to(self.servers.primary) >= position

    def is_bell_free(self) -> bool:
        """Tell whether the next ring would be one, and not coalesce with another."""
        with redis.Redis.from_url(self.servers.redis_url) as valkey:
            return not valkey.exists(BELL)

    def retry_parked(self) -> None:
        """Apply what an error has parked, if anything, as an operator does."""
        with self.servers.primary.connect("query") as connection:
            is_any = connection.execute(PARKED).fetchone()
        if is_any:
            self.manage("parked", "retry", "--all")

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of manage.py's commands to its end, whatever that is."""
        command = application.command(self.environment, *arguments)
        return subprocess.run(
            command.arguments,
            env=dict(command.environment),
            cwd=command.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def _children(self, names: tuple[str, ...]) -> list[Child]:
        return [c for c in self.supervisor.children() if c.service.name in names]

    def _put_proxies_before(self, urls: dict[str, tuple[int, tuple[str, ...]]]) -> None:
        # Only from now on: migrations need no proxy.
        places = free_ports(len(urls))
        for port, (name, (server_port, _)) in zip(places, urls.items(), strict=True):
            self.proxies[name] = Proxy(port, (HOST, server_port))
        for name, (server_port, variables) in urls.items():
            for variable in variables:
                self.environment[variable] = self.environment[variable].replace(
                    f":{server_port}", f":{self.proxies[name].port}"
                )


def _urls(servers: Embedded) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return what is reached through a proxy: its port, and the URLs that name it."""
    return {
        "command database": (
            servers.primary.port,
            ("DATABASE_URL", "QUERY_DATABASE_URL"),
        ),
        "replica": (servers.replicas[0].port, ("QUERY_REPLICA_URLS",)),
        "valkey": (servers.valkey_port, ("REDIS_URL",)),
    }


def _rows(server: Server, database: str, question: bytes) -> Rows:
    with server.connect(database) as connection:
        found = connection.execute(question).fetchall()
    return {order_id: (status, version) for order_id, status, version in found}


def _works(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        line = " ".join(process.cmdline())
        is_tracker = "resource_tracker" in line
        return process.status() != psutil.STATUS_ZOMBIE and not is_tracker
    return False


LOG = b"""
select position, coalesce(order_id, customer_id)::text, version, type, request_id
from orders_command_event
where %(request)s::text is null or request_id = %(request)s
order by position
"""
STATE_ROWS = b"select id::text, status, version from orders_command_order"
SHOWN = b"""
select 1 from orders_query_orderreadmodel
where order_id = %(id)s and version >= %(version)s
"""
PARKED = b"select 1 from orders_query_checkpoint where parked > 0"
READ_ROWS = b"select order_id::text, status, version from orders_query_orderreadmodel"
CHECKPOINTS = b"""
select min(position) from orders_query_checkpoint
where name in ('orders', 'sales', 'webhooks:live')
"""
