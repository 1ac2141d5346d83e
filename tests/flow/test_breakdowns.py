"""What breaks on the way breaks nothing that was promised, and mends by itself."""

import time
from contextlib import contextmanager

import psycopg
from django.db import connections

from config.local.addresses import OWNER_URLS
from tests.orders import COMMANDS, an_order, order_body
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up, checkpoint
from tests.stopping import stopped
from tests.waiting import eventually

ORDERS = "/api/query/orders"


def shown(order_id):
    """Look at the replica alone, without asking the projector for anything."""
    with connections["replica_1"].cursor() as cursor:
        cursor.execute(
            "select exists (select from orders_query_orderreadmodel"
            " where order_id = %s)",
            [order_id],
        )
        return cursor.fetchone()[0]


def test_the_doorbell_needs_no_beat(worker):
    with stopped("beat"):
        for _ in range(3):
            order = an_order(a_customer())
            eventually(lambda: shown(order.order_id))  # noqa: B023


def test_a_projector_whose_connections_are_cut_goes_on(worker, services):
    """Cut while it waits for a writer, with its lock held and its batch unread."""
    url = services.environment()[OWNER_URLS[0]]
    catch_up()
    with psycopg.connect(url) as writer, services.primary.connect("query") as server:
        writer.execute("lock table orders_command_event in row exclusive mode")
        writer.execute("select nextval('orders_command_event_position_seq')")
        order = an_order(a_customer())
        eventually(lambda: server.execute(CUT).rowcount)
        assert not shown(order.order_id)
        writer.rollback()

    eventually(lambda: shown(order.order_id))


# Whoever holds the projection's lock.
CUT = """
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and granted and pid <> pg_backend_pid()
  and database = (select oid from pg_database where datname = current_database())
"""


def test_a_replica_that_drops_its_readers_is_asked_again_later(services):
    order, clerk = an_order(a_customer()), desk_clerk()
    catch_up()
    url = f"{ORDERS}/{order.order_id}"
    assert clerk.get(url)["Read-Source"] == "replica_1"
    with services.replica.connect() as owner:
        cut = owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = 'orders_reader'"
        ).rowcount

    answer = clerk.get(url)

    assert cut >= 1
    assert (answer.status_code, answer["Read-Source"]) == (200, "query")
    eventually(lambda: clerk.get(url)["Read-Source"] == "replica_1")


@contextmanager
def refused(alias):
    def refuse(execute, sql, params, many, context):
        raise AssertionError(f"{alias} was asked: {sql}")

    with connections[alias].execute_wrapper(refuse):
        yield


def test_no_command_asks_the_read_side():
    customer_id, clerk = a_customer(), desk_clerk()
    with refused("query"), refused("replica_1"):
        placed = clerk.post(COMMANDS, order_body(customer_id))
        moved = clerk.post(f"{COMMANDS}/{placed.json()['orderId']}/confirm")

    assert (placed.status_code, moved.status_code) == (201, 200)


def test_commands_go_on_at_their_pace_while_the_projector_stands_still(services):
    with psycopg.connect(services.environment()[OWNER_URLS[1]]) as held:
        held.execute("lock table orders_query_checkpoint in exclusive mode")
        stands, clerk, customer_id = checkpoint(), desk_clerk(), a_customer()
        began = time.monotonic()
        answers = [
            clerk.post(COMMANDS, order_body(customer_id)).status_code for _ in range(10)
        ]
        took = time.monotonic() - began

    assert answers == [201] * 10
    assert took < 3
    assert catch_up() >= stands + 10
