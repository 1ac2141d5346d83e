"""What a token costs at most, and what an answer from the log stands for."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command import feed
from orders_query import projector, queries
from orders_query.queries import Reader, reading
from tests.orders import ACTOR, an_order, confirmed
from tests.people import a_customer, desk_clerk
from tests.projected import ORDERS as PROJECTION
from tests.projected import catch_up, checkpoint, projector_stopped
from tests.waiting import eventually

ORDERS = "/api/query/orders"


@contextmanager
def a_writer_at_work(services):
    """A transaction that holds what every writer to the log holds."""
    with psycopg.connect(services.environment()[OWNER_URLS[0]]) as writer:
        writer.execute("lock table orders_command_event in row exclusive mode")
        yield


def in_the_background(pool, question):
    def ask():
        try:
            return question()
        finally:
            connections.close_all()

    return pool.submit(ask)


def now(server):
    return server.execute("select clock_timestamp()").fetchone()[0]


def somebody_waits_for_writers(server, since):
    return server.execute(
        "select exists (select from pg_stat_activity where query_start > %s"
        " and pid <> pg_backend_pid() and query like '%%virtualtransaction%%')",
        [since],
    ).fetchone()[0]


def renamed(customer_id):
    return directory.change(customer_id, name="Ada Lovelace", actor=ACTOR)


@pytest.mark.parametrize(
    ("happen", "shown"),
    [
        (lambda order_id, _: confirmed(order_id), (2, "Ada Byron")),
        (lambda _, customer_id: renamed(customer_id), (1, "Ada Lovelace")),
    ],
    ids=["confirmed", "renamed"],
)
def test_an_answer_from_the_log_stands_for_all_that_it_shows(
    services, settings, happen, shown
):
    """What happens after the proof is shown, so the token must tell of it."""
    settings.CONSISTENCY_WAIT_SECONDS = 0.01
    customer_id = a_customer("Ada Byron")
    catch_up()
    with (
        projector_stopped(services),
        services.primary.connect() as server,
        ThreadPoolExecutor(1) as pool,
    ):
        order = an_order(customer_id)
        with a_writer_at_work(services):
            since = now(server)
            asked = in_the_background(
                pool,
                lambda: queries.order(
                    order.order_id, reader=Reader(at_least=order.position)
                ),
            )
            eventually(lambda: somebody_waits_for_writers(server, since), every=0.005)
            happened = happen(order.order_id, customer_id)
        answer = asked.result(timeout=5)

    told = answer.data
    assert (answer.source, told["version"], told["customerName"]) == ("log", *shown)
    assert answer.position >= happened.position


@contextmanager
def away(*aliases):
    """Let nobody listen where these databases are looked for."""
    ports = {alias: connections[alias].settings_dict["PORT"] for alias in aliases}
    for alias in aliases:
        connections[alias].close()
        connections[alias].settings_dict["PORT"] = 1
    try:
        yield
    finally:
        for alias, port in ports.items():
            connections[alias].close()
            connections[alias].settings_dict["PORT"] = port


def test_with_every_read_database_away_one_order_is_folded_from_the_log():
    clerk, order = desk_clerk(), an_order(a_customer())
    token = {"Consistency_Token": str(order.position)}
    with away("query", "replica_1"):
        one = clerk.get(f"{ORDERS}/{order.order_id}", **token)
        listed = clerk.get(ORDERS, **token)
        unasked = clerk.get(ORDERS)

    assert (one.status_code, one["Read-Source"]) == (200, "log")
    assert one.json()["version"] == 1
    assert (listed.status_code, unasked.status_code) == (503, 503)
    assert unasked["Retry-After"]
    eventually(lambda: clerk.get(ORDERS)["Read-Source"] == "replica_1")


def test_a_token_beyond_the_log_waits_for_no_writer_either(services, settings):
    settings.CONSISTENCY_WAIT_SECONDS = 20.0
    clerk, order = desk_clerk(), an_order(a_customer())
    token = str(feed.head() + 1_000_000)
    catch_up()
    with a_writer_at_work(services):
        began = time.monotonic()
        answer = clerk.get(f"{ORDERS}/{order.order_id}", Consistency_Token=token)
        took = time.monotonic() - began

    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    assert took < 5


def test_who_finds_no_room_to_wait_is_answered_by_the_primary_at_once(
    replica, settings
):
    settings.CONSISTENCY_WAIT_SECONDS = 20.0
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    eventually(lambda: projected() >= moved.position)

    def ask():
        return queries.order(
            order.order_id, reader=Reader(at_least=moved.position)
        ).source

    with ThreadPoolExecutor(settings.WAIT_SLOTS) as pool:
        try:
            waiting = [in_the_background(pool, ask) for _ in range(settings.WAIT_SLOTS)]
            eventually(lambda: reading._slots._value == 0)
            began = time.monotonic()
            source, took = ask(), time.monotonic() - began
            all_wait = not any(reader.done() for reader in waiting)
        finally:
            replica.resume()
        answered = {reader.result(timeout=10) for reader in waiting}

    assert (source, all_wait, answered) == ("query", True, {"replica_1"})
    assert took < 1


def projected():
    projector.catch_up(PROJECTION)
    return checkpoint()
