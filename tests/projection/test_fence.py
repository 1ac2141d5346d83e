"""The checkpoint is the fence: who read a batch before it moved writes nothing."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connections, transaction

from config.local.addresses import OWNER_URLS
from orders_command import feed
from orders_query import projector
from orders_query.models import CustomerTotals, OrderHistory
from orders_query.projection import apply
from orders_query.projector import rows
from orders_query.projector.checkpoints import move, stand_of
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import ORDERS, catch_up, checkpoint
from tests.projection.damage import nobody_reads
from tests.waiting import eventually

BEYOND = 1_000_000


def backend():
    with connections["query"].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return cursor.fetchone()[0]


def waits_for_a_lock(process):
    with connections["query"].cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where pid = %s and not granted)",
            [process],
        )
        return cursor.fetchone()[0]


def apply_all(events):
    """Do what a runner does between its fence and its commit."""
    touched = rows.load(events)
    for event in events:
        apply(touched, event)
    rows.save(touched, rows.words_of_the_day(touched))
    move(ORDERS, to=events[-1])


def test_a_batch_in_hand_is_dropped_when_another_runner_has_applied_it():
    customer_id, backends = a_customer(), []
    catch_up()

    def run_late():
        try:
            backends.append(backend())
            return projector.step(ORDERS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(using="query"):
            with connections["query"].cursor() as cursor:
                # A lock on the table holds up the fence, which `nowait` does not hurry.
                cursor.execute("lock table orders_query_checkpoint in exclusive mode")
            stands = checkpoint()
            order = an_order(customer_id)
            late = pool.submit(run_late)
            eventually(lambda: backends and waits_for_a_lock(backends[0]))
            apply_all(feed.read(after=stands, limit=1000).events)

        assert late.result(timeout=5) == projector.Step(position=stands)
    totals = CustomerTotals.objects.using("query").get(pk=customer_id)
    history = OrderHistory.objects.using("query").filter(order_id=order.order_id)
    assert (totals.order_count, totals.lifetime) == (1, {"USD": "7.00"})
    assert history.count() == 1


def test_a_log_that_ends_before_the_checkpoint_stops_the_projector(services):
    """As after a restore of the command database alone."""
    stands = catch_up()
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url) as owner:
        owner.execute(MOVE, [BEYOND, ORDERS])
        owner.commit()
        try:
            with pytest.raises(projector.LogReplaced, match="new_epoch"):
                projector.step(ORDERS)
        finally:
            owner.execute(MOVE, [-BEYOND, ORDERS])
    assert projector.step(ORDERS).position == stands


MOVE = "update orders_query_checkpoint set position = position + %s where name = %s"


def test_a_runner_that_remembers_where_the_set_stood_applies_nothing_once_it_moved():
    customer_id = a_customer()
    catch_up()
    remembered = stand_of(ORDERS)
    an_order(customer_id)
    catch_up()
    an_order(customer_id)

    late = projector.step(ORDERS, stand=remembered)

    assert (late.applied, late.stand) == (0, None)
    catch_up()
    assert CustomerTotals.objects.using("query").get(pk=customer_id).order_count == 2


def test_what_a_step_says_of_where_it_led_is_what_the_checkpoint_holds(services):
    customer_id = a_customer()
    catch_up()
    with nobody_reads(services):
        an_order(customer_id)
        done = projector.step(ORDERS)
        stands = stand_of(ORDERS)

    assert done.applied == 1
    assert done.stand == stands
