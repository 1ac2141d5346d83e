"""The system under attack: real processes that are started again when they die, with
a proxy before the command database, the first replica and Valkey."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import psutil

from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Service, Stopped
from tests.chaos.checking import Logged
from tests.chaos.proxy import Proxy
from tests.failover.cluster import Cluster

WEB_PROCESSES = "3"


@dataclass(kw_only=True)
class System(Cluster):
    """A cluster with two workers, watched over, and reached through proxies."""

    faults: Path = Path()
    proxies: dict[str, Proxy] = field(default_factory=dict)
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
        super().prepare()
        # Only from now on: migrations need no proxy.
        urls = _urls(self.servers)
        places = free_ports(len(urls))
        for port, (name, (server_port, _)) in zip(places, urls.items(), strict=True):
            self.proxies[name] = Proxy(port, (HOST, server_port))
        for name, (server_port, variables) in urls.items():
            for variable in variables:
                self.environment[variable] = self.environment[variable].replace(
                    f":{server_port}", f":{self.proxies[name].port}"
                )

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

    def pids(self, *words: str) -> list[psutil.Process]:
        """Return the processes of this system with these words in their command."""
        found = []
        for child in self.supervisor.children():
            with suppress(psutil.NoSuchProcess):
                leader = psutil.Process(child.process.pid)
                found += [leader, *leader.children(recursive=True)]
        return [p for p in found if _has(p, words)]

    def arm(self, point: str, fault: str) -> None:
        """Let a fault wait at a point."""
        (self.faults / point).write_text(fault)

    def is_armed(self, point: str) -> bool:
        return (self.faults / point).exists()

    def disarm(self) -> None:
        for file in self.faults.iterdir():
            file.unlink(missing_ok=True)

    def log(self) -> list[Logged]:
        """Return the whole log, as the primary has it."""
        with self.servers.primary.connect("command") as connection:
            rows = connection.execute(LOG).fetchall()
        names = ("position", "stream_id", "version", "type", "request_id")
        return [Logged(**dict(zip(names, row, strict=True))) for row in rows]


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


def _has(process: psutil.Process, words: tuple[str, ...]) -> bool:
    with suppress(psutil.Error):
        line = " ".join(process.cmdline())
        return all(word in line for word in words)
    return False


LOG = """
select position, coalesce(order_id, customer_id)::text, version, type, request_id
from orders_command_event order by position
"""
