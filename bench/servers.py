"""A primary and a replica for one measurement, without workers and web servers."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.local import application, postgres
from config.local.console import Console
from config.local.embedded import Embedded, embedded
from config.local.supervisor import Supervisor


@contextmanager
def filled_servers(
    folder: str | None, fill: Callable[[psycopg.Connection], None]
) -> Iterator[Embedded]:
    """Run both, migrated and filled; a folder that is given keeps its data."""
    with tempfile.TemporaryDirectory(prefix="orders-plans-") as scratch:
        var_dir = Path(folder or scratch)
        var_dir.mkdir(parents=True, exist_ok=True)
        servers = embedded(var_dir, durable=False)
        supervisor = Supervisor(Console())
        try:
            _start(servers, supervisor, fill)
            yield servers
        finally:
            supervisor.end()


def _start(
    servers: Embedded,
    supervisor: Supervisor,
    fill: Callable[[psycopg.Connection], None],
) -> None:
    primary, _ = servers.first_stage()
    supervisor.start(primary)
    postgres.bootstrap(servers.primary)
    environment = application.environment(servers.var_dir, servers.environment())
    os.environ.update(environment)  # before settings are read
    supervisor.run(application.migrate(environment, "query"))
    supervisor.run(application.command(environment, "grant"))
    with servers.primary.connect("query") as connection:
        fill(connection)
    # A replica that is made afterwards need not follow the filling.
    supervisor.start(*servers.second_stage())
