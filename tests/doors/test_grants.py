"""What each database role may do, after `manage.py grant`."""

import subprocess
import sys

import pytest
from django.db import ProgrammingError, connections

from config.local import application
from config.local.embedded import Embedded

LOG = "orders_command_event"


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


def test_the_replicas_role_only_reads() -> None:
    with connections["replica_1"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("orders_reader",)
    assert not may("replica_1", "django_migrations", "INSERT")


def test_granting_again_is_harmless(services: Embedded) -> None:
    environment = application.environment(services.var_dir, services.environment())
    again = [sys.executable, str(application.ROOT / "manage.py"), "grant"]

    subprocess.run(again, env=environment, check=True, capture_output=True)

    assert not may("default", LOG, "UPDATE")
    assert may("default", LOG, "INSERT")
