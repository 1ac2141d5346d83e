"""A replica can be lost, in conflict, written to by mistake: nobody suffers for it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connections, router

from config.local.addresses import OWNER_URLS
from orders_query import health, projector, replicas
from orders_query.models import OrderReadModel
from orders_query.queries import Reader
from orders_query.queries.reading import Question, read
from tests.projected import pulse
from tests.waiting import eventually

SLOW = """
select c.position, 0, true, pg_sleep(case when pg_is_in_recovery() then 4 else 0 end)
from orders_query_checkpoint c where c.name = 'orders'
"""


@contextmanager
def impatient_replay(services):
    """Let replay end the queries that are in its way almost at once."""
    settings = ("max_standby_streaming_delay", "50ms")
    with services.replica.connect() as owner:
        owner.execute("alter system set {} = '{}'".format(*settings).encode())
        owner.execute("select pg_reload_conf()")
        try:
            yield owner
        finally:
            owner.execute(f"alter system reset {settings[0]}".encode())
            owner.execute("select pg_reload_conf()")


def readers_at(owner):
    return owner.execute(
        "select count(*) from pg_stat_activity where query like '%%pg_sleep%%'"
        " and usename = 'orders_reader' and state = 'active'"
    ).fetchone()[0]


def in_the_background(pool, question):
    def ask():
        try:
            return question()
        finally:
            connections.close_all()

    return pool.submit(ask)


def test_a_read_that_is_in_conflict_with_replay_is_asked_once_more_elsewhere(services):
    owner_url = services.environment()[OWNER_URLS[1]]
    asked = Question(sql=SLOW)
    with impatient_replay(services) as standby, ThreadPoolExecutor(1) as pool:
        answer = in_the_background(pool, lambda: read(asked, reader=Reader()))
        eventually(lambda: readers_at(standby) == 1)
        with psycopg.connect(owner_url) as owner:
            owner.execute("lock table orders_query_checkpoint in access exclusive mode")
            with services.primary.connect() as server:
                server.execute("select pg_switch_wal()")  # the lock goes with it
            eventually(lambda: readers_at(standby) == 0, 3)
        row = answer.result(timeout=5)

    assert row.source == "query"
    assert health.works("replica_1")


def test_a_statement_that_is_slow_does_no_harm_to_its_replicas_name(services):
    slow = Question(sql=SLOW.replace("then 4", "then 60"))
    with services.replica.connect() as owner:
        eventually(lambda: health.is_in_rotation("replica_1"))
        with pytest.raises(DatabaseError, match="timeout"):
            read(slow, reader=Reader())
        assert readers_at(owner) == 0

    assert replicas.choices("") == ["replica_1"]


@pytest.mark.parametrize(
    "statement",
    [
        "update orders_query_checkpoint set position = 0",
        " DELETE FROM orders_query_checkpoint",
        "create table anything ()",
    ],
)
def test_the_guard_refuses_writes_through_a_replicas_alias(statement):
    with (
        connections["replica_1"].cursor() as cursor,
        pytest.raises(replicas.ReplicaIsReadOnly),
    ):
        cursor.execute(statement)


def test_the_connection_itself_is_read_only():
    statement = "with gone as (delete from orders_query_checkpoint returning 1) select"
    with (
        connections["replica_1"].cursor() as cursor,
        pytest.raises(DatabaseError, match="read-only"),
    ):
        cursor.execute(statement)


def test_the_role_of_readers_may_not_write_even_on_a_server_that_takes_writes(services):
    """As when a URL names the primary by mistake, or a replica has been promoted."""
    url = services.primary.url("orders_reader", "query")
    with psycopg.connect(url) as reader:
        reader.execute("set default_transaction_read_only = off")
        reader.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("delete from orders_query_checkpoint")


def test_the_orm_reads_from_a_replica_and_writes_to_the_primary():
    assert router.db_for_read(OrderReadModel) == "replica_1"
    assert router.db_for_write(OrderReadModel) == "query"


def test_a_replica_that_is_too_far_behind_is_not_asked(replica, settings):
    settings.REPLICA_LAG_SECONDS = 0.5
    pulse()
    eventually(lambda: health.lag_of("replica_1") == 0)
    replica.pause()

    eventually(lambda: beat() and not health.is_in_rotation("replica_1"))
    replica.resume()

    eventually(lambda: beat() and health.is_in_rotation("replica_1"))


def beat():
    return projector.step("orders")
