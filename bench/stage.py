"""A primary of its own and no other process, with as many fresh databases as wanted.

Each turn of a measurement begins with a copy of the same database, so that none
works on what another has left.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
from django.db import connections
from psycopg import sql

from config.local import application, postgres
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.supervisor import Supervisor

COMMAND, QUERY = "command", "query"
_ALIASES = {COMMAND: "default", QUERY: "query"}
_URLS = {
    COMMAND: ("DATABASE_URL", "DATABASE_OWNER_URL"),
    QUERY: ("QUERY_DATABASE_URL", "QUERY_DATABASE_OWNER_URL"),
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The servers, and the databases `command` and `query`, migrated and empty."""

    servers: Embedded

    def fresh(self, name: str, *, like: str) -> str:
        """Make a database that is the copy of another, and return its name."""
        connections.close_all()
        with self.servers.primary.connect() as server:
            make = "create database {} template {} owner {} strategy file_copy"
            names = sql.Identifier(name), sql.Identifier(like)
            server.execute(
                sql.SQL("drop database if exists {} (force)").format(names[0])
            )
            owner = sql.Identifier(postgres.OWNER)
            server.execute(sql.SQL(make).format(*names, owner))
            server.execute("checkpoint")  # nobody's turn pays for the copy
        return name

    def use(self, *, command: str = COMMAND, query: str = QUERY) -> None:
        """Let the product in this process work on these databases."""
        connections.close_all()
        wanted = {**self.environment(command=command, query=query)}
        for database, alias in _ALIASES.items():
            parts = urlsplit(wanted[_URLS[database][0]])
            connections[alias].settings_dict.update(
                HOST=parts.hostname,
                PORT=str(parts.port),
                USER=parts.username,
                PASSWORD=parts.password,
                NAME=parts.path[1:],
            )

    def connect(self) -> None:
        """Open the product's connections, before a clock starts."""
        for alias in _ALIASES.values():
            connections[alias].ensure_connection()

    def environment(
        self, *, command: str = COMMAND, query: str = QUERY
    ) -> Mapping[str, str]:
        """Return what a command of the product needs to work on these databases."""
        addresses = self.servers.environment()
        for database, name in {COMMAND: command, QUERY: query}.items():
            for url in _URLS[database]:
                addresses[url] = addresses[url].removesuffix(database) + name
        return application.environment(self.servers.var_dir, addresses)

    def owner(self, database: str) -> psycopg.Connection:
        """Connect as the tables' owner, in autocommit."""
        url = self.servers.primary.url(postgres.OWNER, database)
        return psycopg.connect(url, autocommit=True)


@contextmanager
def stage() -> Iterator[Stage]:
    """Run the primary and Valkey, as durable as `make run` has them."""
    with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
        servers = embedded(Path(folder), replicas=0)
        supervisor = Supervisor(Console())
        try:
            made = Stage(servers=servers)
            supervisor.start(*servers.first_stage())
            _migrate(made, supervisor)
            yield made
        finally:
            connections.close_all()
            supervisor.end()


def _migrate(made: Stage, supervisor: Supervisor) -> None:
    postgres.bootstrap(made.servers.primary)
    environment = made.environment()
    jobs = [application.migrate(environment, name) for name in ("default", "query")]
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        quiet = Supervisor(Console(nowhere))
        quiet.run(*jobs)
        quiet.run(application.command(environment, "grant"))
    os.environ.update(environment)  # before settings are read
    django.setup()
    made.use()
