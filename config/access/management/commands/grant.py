"""manage.py grant: makes the roles of the URLs and gives each what it may do."""

from collections.abc import Mapping
from typing import Any

import environ
import psycopg
from django.core.management.base import BaseCommand
from django.db import connections
from psycopg import sql

from config import quiet, timeouts
from config.timeouts import Limits

APPEND_ONLY = "orders_command_event"
READ_ONLY = "orders_command_epoch"  # its trigger writes it, with the owner's rights
REQUESTS = "orders_query_rebuildrequest"  # the owner's process carries them out
REBUILDER = "orders_query_rebuilder"
READ = "SELECT"
READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"


class Command(BaseCommand):
    help = "Make the database roles and grant their rights. Harmless to repeat."

    def handle(self, *_: Any, **__: Any) -> None:
        env = environ.Env()
        command = _user(env.str("DATABASE_URL"))
        query = _user(env.str("QUERY_DATABASE_URL"))
        replicas = [_user(u) for u in env.list("QUERY_REPLICA_URLS", default=[])]
        _grant("default", command, READ_AND_WRITE, timeouts.COMMAND)
        _protect_log(command)
        _grant("query", query, READ_AND_WRITE, timeouts.PROJECTOR)
        _protect_requests(query)
        for reader in replicas:
            if reader["USER"] != query["USER"]:
                _grant("query", reader, READ, timeouts.READER)
        self.stdout.write("granted")


def _user(url: str) -> dict[str, Any]:
    found: dict[str, Any] = environ.Env.db_url_config(url)
    return found


def _grant(alias: str, role: dict[str, Any], rights: str, limits: Limits) -> None:
    """Make the role, let it in, and give it rights on tables of now and later."""
    connection = _connection(alias)
    if role["USER"] == connection.info.user:
        return  # one role does it all
    _make_role(connection, role)
    database = sql.Identifier(connection.info.dbname)
    user = sql.Identifier(role["USER"])
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {user}",
        "REVOKE CREATE ON SCHEMA public FROM {user}",
        "GRANT USAGE ON SCHEMA public TO {user}",
        "GRANT {rights} ON ALL TABLES IN SCHEMA public TO {user}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON TABLES TO {user}",
    ):
        connection.execute(
            sql.SQL(statement).format(
                database=database, user=user, rights=sql.SQL(rights)
            )
        )
    if rights == READ_AND_WRITE:
        _grant_sequences(connection, user)
    _set(connection, user, dict(limits.settings()))
    _set(connection, user, _that_may_be_set(connection))


def _set(
    connection: psycopg.Connection[Any],
    user: sql.Identifier,
    settings: Mapping[str, int | str],
) -> None:
    """Bind the role wherever it comes from: by hand, or through a pooler."""
    statement = "ALTER ROLE {user} IN DATABASE {database} SET {name} = {value}"
    for name, value in settings.items():
        connection.execute(
            sql.SQL(statement).format(
                user=user,
                database=sql.Identifier(connection.info.dbname),
                name=sql.Identifier(name),
                value=sql.Literal(value),
            )
        )


def _that_may_be_set(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return what keeps the server's log quiet, as far as the owner may say so."""
    asked = connection.execute(
        "SELECT name FROM unnest(%s::text[]) name"
        " WHERE has_parameter_privilege(name, 'SET')",
        [list(quiet.SETTINGS)],
    )
    return {name: quiet.SETTINGS[name] for (name,) in asked.fetchall()}


def _grant_sequences(connection: psycopg.Connection[Any], user: sql.Identifier) -> None:
    for statement in (
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {user}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {user}",
    ):
        connection.execute(sql.SQL(statement).format(user=user))


def _protect_log(role: dict[str, Any]) -> None:
    """Leave the web role only what an append-only log needs."""
    _protect(
        "default",
        role,
        {APPEND_ONLY: ("SELECT, INSERT",), READ_ONLY: (READ,)},
    )


def _protect_requests(role: dict[str, Any]) -> None:
    """Let it ask for rebuilds and take that back; policies say when it may."""
    may = READ, "INSERT", "UPDATE (state, ended_at, outcome)"
    _protect("query", role, {REQUESTS: may, REBUILDER: (READ,)})


def _protect(
    alias: str, role: dict[str, Any], allowed: dict[str, tuple[str, ...]]
) -> None:
    """Leave a role only these rights on some tables, of those that are there."""
    connection = _connection(alias)
    if role["USER"] == connection.info.user:
        return
    user = sql.Identifier(role["USER"])
    for table, rights in allowed.items():
        exists = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        if exists is None or exists[0] is None:
            continue
        on = {"table": sql.Identifier(table), "user": user}
        for statement in (
            "REVOKE ALL ON TABLE {table} FROM {user}",
            f"GRANT {', '.join(rights)} ON TABLE {{table}} TO {{user}}",
        ):
            connection.execute(sql.SQL(statement).format(**on))


def _make_role(connection: psycopg.Connection[Any], role: dict[str, Any]) -> None:
    """The password is hashed here, so that no server log can hold it."""
    name = role["USER"]
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if found.fetchone() is not None:
        return
    hashed = connection.pgconn.encrypt_password(
        role["PASSWORD"].encode(), name.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(hashed.decode())
        )
    )


def _connection(alias: str) -> psycopg.Connection[Any]:
    connections[alias].ensure_connection()
    connection: psycopg.Connection[Any] = connections[alias].connection
    return connection
