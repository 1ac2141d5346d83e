"""What each database role may do, after `manage.py grant`."""

import subprocess
import sys

import pytest
from django.db import ProgrammingError, connections, transaction

from config.local import application, postgres, processes
from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from tests.services import environment_of

LOG = "orders_command_event"
REQUESTS = "orders_query_rebuildrequest"
ASK = f"""
insert into {REQUESTS} (projection, action, accepts_differences, asked_by, asked_at,
  state, phase, position, head, events, rate, outcome, findings)
values ('none', 'rebuild', false, 'system:tests', now(), %s, '', 0, 0, 0, 0, '', '[]')
returning id
"""
SET_STATE = f"update {REQUESTS} set state = %s where id = %s"


def may(alias: str, table: str, right: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
        return bool(cursor.fetchone()[0])


def test_the_web_role_only_adds_to_the_log() -> None:
    allowed = {
        right: may("default", LOG, right)
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    }

    assert allowed == {
        "SELECT": True,
        "INSERT": True,
        "UPDATE": False,
        "DELETE": False,
        "TRUNCATE": False,
    }


def test_the_web_role_writes_everything_else_and_makes_no_tables() -> None:
    assert may("default", "customers_customer", "UPDATE")
    for alias in ("default", "query"):
        with (
            connections[alias].cursor() as cursor,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            cursor.execute("CREATE TABLE mine ()")


def test_the_web_role_asks_for_rebuilds_and_carries_none_out() -> None:
    rights = {right: may("query", REQUESTS, right) for right in ("UPDATE", "DELETE")}
    assert rights == {"UPDATE": False, "DELETE": False}
    assert not may("query", "orders_query_rebuilder", "UPDATE")
    with connections["query"].cursor() as cursor, transaction.atomic(using="query"):
        cursor.execute(ASK, ["asked"])
        (pk,) = cursor.fetchone()
        with pytest.raises(ProgrammingError, match="row-level security"), rolled_back():
            cursor.execute(SET_STATE, ["running", pk])
        with pytest.raises(ProgrammingError, match="permission denied"), rolled_back():
            cursor.execute(f"update {REQUESTS} set asked_by = 'user:1'")
        cursor.execute(SET_STATE, ["cancelled", pk])
        assert cursor.rowcount == 1
        cursor.execute(SET_STATE, ["cancelled", pk])
        assert cursor.rowcount == 0  # it is not asked for any more
        with pytest.raises(ProgrammingError, match="row-level security"), rolled_back():
            cursor.execute(ASK, ["running"])
        transaction.set_rollback(True, using="query")


def rolled_back() -> transaction.Atomic:
    return transaction.atomic(using="query")


def test_the_replicas_role_only_reads() -> None:
    with connections["replica_1"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("orders_reader",)
    assert not may("replica_1", "django_migrations", "INSERT")


def test_the_worker_keeps_samples_of_the_lag_and_replicas_only_show_them() -> None:
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    assert all(may("query", "orders_query_lagsample", right) for right in rights)
    assert [may("replica_1", "orders_query_lagsample", right) for right in rights] == [
        True,
        False,
        False,
        False,
    ]


def test_granting_again_is_harmless(services: Embedded) -> None:
    environment = application.environment(services.var_dir, services.environment())
    again = [sys.executable, str(application.ROOT / "manage.py"), "grant"]

    subprocess.run(again, env=environment, check=True, capture_output=True)

    assert not may("default", LOG, "UPDATE")
    assert may("default", LOG, "INSERT")


def test_an_owner_who_may_keeps_the_servers_log_quiet(services: Embedded) -> None:
    primary = services.primary
    as_superuser = {
        name: primary.url(postgres.SUPERUSER, database)
        for name, database in zip(OWNER_URLS, postgres.DATABASES, strict=True)
    }

    processes.run(
        application.command({**environment_of(services), **as_superuser}, "grant")
    )

    with connections["default"].cursor() as cursor:
        cursor.execute(ROLE_SETTINGS)
        told = " ".join(setting for (settings,) in cursor for setting in settings)
    assert "log_error_verbosity=terse" in told
    assert "log_min_error_statement=panic" in told
    assert "log_min_messages=log" in told


ROLE_SETTINGS = """
select setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
where r.rolname = current_user
"""
