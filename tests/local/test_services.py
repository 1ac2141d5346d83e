"""The servers that all tests run on."""

import os
import urllib.request

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from config.local.embedded import Embedded
from config.local.supervisor import Supervisor
from tests.replicas import Replica
from tests.waiting import eventually


def test_every_alias_is_a_real_database() -> None:
    for alias in ("default", "query", *settings.REPLICAS):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            assert cursor.fetchone() == (alias.startswith("replica_"),)


def test_a_replica_takes_no_writes() -> None:
    with (
        connections["replica_1"].cursor() as cursor,
        pytest.raises(Exception, match="read-only"),
    ):
        cursor.execute("CREATE TABLE anything ()")


def test_a_held_back_replica_shows_the_past_until_it_is_let_go(
    services: Embedded, replica: Replica
) -> None:
    replica.pause()
    with psycopg.connect(os.environ["QUERY_DATABASE_OWNER_URL"]) as owner:
        owner.execute("COMMENT ON SCHEMA public IS 'new'")

    assert _comment(services) != "new"
    replica.resume()
    eventually(lambda: _comment(services) == "new")


def test_the_web_server_answers_and_the_worker_waits(
    web: str, worker: Supervisor
) -> None:
    with urllib.request.urlopen(f"{web}/healthz/live", timeout=5) as answer:
        assert answer.status == 200
    assert all(child.process.poll() is None for child in worker.children())


def _comment(services: Embedded) -> str | None:
    with services.replica.connect("query") as connection:
        asked = "SELECT obj_description('public'::regnamespace, 'pg_namespace')"
        row = connection.execute(asked).fetchone()
    return str(row[0]) if row else None
