"""A real pgbouncer before the tests' servers, as docker-compose.yml starts it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.local.addresses import URLS
from config.local.ports import HOST, free_ports
from tests.compose import file
from tests.waiting import eventually

PREPARES = (1, 21)  # from this version on


def version() -> tuple[int, ...]:
    """Return pgbouncer's version, nothing if there is none."""
    if not shutil.which("pgbouncer"):
        return ()
    said = subprocess.check_output(["pgbouncer", "--version"], text=True)
    found = re.search(r"(\d+)\.(\d+)", said)
    assert found is not None
    return tuple(map(int, found.groups()))


class Pgbouncer:
    """One that runs, and the URLs that lead through it."""

    def __init__(self, direct: Mapping[str, str], port: int) -> None:
        self.urls = {
            name: direct[name].replace(_server(direct[name]), f"{HOST}:{port}/{known}")
            for name, known in zip(URLS, ("command", "query", "replica1"), strict=False)
        }

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.urls["QUERY_DATABASE_URL"]):
                return True
        except psycopg.OperationalError:
            return False


@contextmanager
def pgbouncer(
    direct: Mapping[str, str], folder: Path, *, pool: int
) -> Iterator[Pgbouncer]:
    """
    Run it before the servers of these URLs, with so many connections to each database.

    If its version is not able to prepare it does without.
    """
    port = free_ports(1)[0]
    service = file.read(dict.fromkeys(file.variables(), "x"))["services"]["pgbouncer"]
    script = service["command"][-1].replace("listen_addr = *", f"listen_addr = {HOST}")
    if version() < PREPARES:
        script = re.sub(r"max_prepared_statements = \d+\n", "", script)
    command, query, replica = (urlsplit(direct[name]) for name in URLS[:3])
    folder.parent.chmod(0o755)
    folder.chmod(0o777)
    environment = {
        **{name: str(value) for name, value in service["environment"].items()},
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "POOL": str(pool),
        "PRIMARY": f"host={HOST} port={command.port}",
        "REPLICA1": f"host={HOST} port={replica.port}",
        "REPLICA2": f"host={HOST} port={replica.port}",
        "COMMAND_PASSWORD": str(command.password),
        "QUERY_PASSWORD": str(query.password),
        "READER_PASSWORD": str(replica.password),
    }
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [*_as_nobody(), "bash", "-c", script],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        made = Pgbouncer(direct, port)
        eventually(made.answers)
        yield made
    finally:
        process.kill()  # asked to, it would wait for who is connected
        process.wait()


def _server(url: str) -> str:
    """Return the part of a URL that names a server and a database."""
    return url.rpartition("@")[2]


def _as_nobody() -> list[str]:
    """Return what starts it as somebody else than root, whom it refuses."""
    if os.geteuid():
        return []
    nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    return ["setpriv", "--pdeathsig=KILL", *nobody]
