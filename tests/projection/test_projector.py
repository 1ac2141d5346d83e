"""Each event has its effect exactly once, whoever runs, and however often."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connections, transaction

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command import feed
from orders_command.events import Item
from orders_command.handlers import handle, new_order
from orders_query import projector
from orders_query.models import CustomerTotals, OrderHistory, OrderReadModel
from orders_query.projection import OutOfSequence, apply
from orders_query.projector import rows
from tests.orders import ACTOR, an_order, cancelled, confirmed
from tests.people import a_customer
from tests.projected import ORDERS, catch_up, checkpoint, projector_stopped
from tests.waiting import eventually


def read_row(order_id):
    return OrderReadModel.objects.using("query").get(pk=order_id)


def totals_of(customer_id):
    return CustomerTotals.objects.using("query").get(pk=customer_id)


def test_an_order_is_shown_with_its_customers_name():
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id, note="Ring twice.")
    catch_up()

    row = read_row(order.order_id)

    assert (row.customer_name, row.note, row.status) == (
        "Ada Lovelace",
        "Ring twice.",
        "PENDING",
    )
    assert str(row.total) == "7.00"


def test_many_runners_at_once_change_nothing():
    customer_id = a_customer()

    def run(_):
        try:
            for _ in range(15):
                projector.step(ORDERS, limit=7)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(run, number) for number in range(4)]
        orders = [an_order(customer_id) for _ in range(30)]
        for order in orders[::2]:
            confirmed(order.order_id)
        for runner in running:
            runner.result()
    catch_up()

    totals = totals_of(customer_id)
    assert (totals.order_count, totals.lifetime) == (30, {"USD": "210.00"})
    ids = [order.order_id for order in orders]
    assert OrderHistory.objects.using("query").filter(order_id__in=ids).count() == 45


def test_running_again_changes_nothing():
    customer_id = a_customer()
    an_order(customer_id)
    catch_up()
    before = totals_of(customer_id).lifetime

    assert projector.step(ORDERS).applied == 0
    assert projector.catch_up(ORDERS) is False
    assert totals_of(customer_id).lifetime == before


def test_a_batch_that_was_read_before_another_runner_moved_on_is_dropped(services):
    with projector_stopped(services):
        an_order(a_customer())
        stands = checkpoint()

        assert projector.step(ORDERS) == projector.Step(position=stands)
    assert catch_up() > stands


def test_without_the_fence_the_second_net_holds_and_without_both_it_would_double(
    services,
):
    """The test of the test: what the two nets keep from happening."""
    customer_id = a_customer()
    catch_up()
    with projector_stopped(services):
        an_order(customer_id)
        events = feed.read(after=checkpoint(), limit=100).events
    touched = rows.load(events)
    for event in events:
        apply(touched, event)
    words = rows.words_of_the_day(touched)
    catch_up()

    with pytest.raises(OutOfSequence):
        apply(rows.load(events), events[-1])
    with pytest.raises(IntegrityError), transaction.atomic(using="query"):
        rows.save(touched, words)
    assert totals_of(customer_id).order_count == 1


def test_a_crash_in_the_middle_leaves_everything_as_it_was(services):
    items = (Item(product_id="tea", quantity=1, price=Decimal(1)),)
    command = new_order(customer_id=a_customer(), items=items, currency="USD")
    stands = catch_up()
    rows_of_it = OrderReadModel.objects.using("query").filter(pk=command.order_id)

    def crashes():
        try:
            projector.step(ORDERS)
        except OperationalError:
            return True
        return False  # a worker that runs beside this test holds the checkpoint

    with disk_full(services, command.order_id):
        handle(command, actor=ACTOR)
        eventually(crashes)
        assert checkpoint() == stands
        assert not rows_of_it.exists()
    catch_up()
    assert rows_of_it.get().version == 1


@contextmanager
def disk_full(services, order_id) -> Iterator[None]:
    """Let the last table that is written be full when this order comes."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(FULL.format(order_id).encode())
        try:
            yield
        finally:
            owner.execute("drop function orders_query_full cascade")


FULL = """
create function orders_query_full() returns trigger language plpgsql as $$
begin
    raise exception 'no space left' using errcode = 'disk_full';
end $$;
create trigger full_disk before insert on orders_query_orderhistory
for each row when (new.order_id = '{}') execute function orders_query_full();
"""


def test_a_log_that_is_not_the_one_the_checkpoint_saw_stops_the_projector(services):
    stands = catch_up()
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url) as held:
        (digest,) = held.execute(CHECKPOINT_HASH, [ORDERS]).fetchone()
        held.execute(SET_HASH, [b"another log", ORDERS])
        held.commit()
        try:
            with pytest.raises(projector.LogReplaced, match=f"{stands}.*rebuild"):
                projector.step(ORDERS)
        finally:
            held.execute(SET_HASH, [digest, ORDERS])
    assert projector.step(ORDERS).position == stands


CHECKPOINT_HASH = "select hash from orders_query_checkpoint where name = %s"
SET_HASH = "update orders_query_checkpoint set hash = %s where name = %s"


def test_a_rename_reaches_every_copy():
    customer_id = a_customer("Ada Byron")
    orders = [an_order(customer_id) for _ in range(3)]
    catch_up()
    directory.change(customer_id, name="Ada Lovelace", actor=ACTOR)
    catch_up()

    names = {read_row(order.order_id).customer_name for order in orders}

    assert names == {"Ada Lovelace"}


def test_a_rename_and_an_order_in_one_batch(services):
    customer_id = a_customer("Ada Byron")
    old = an_order(customer_id)
    catch_up()
    with projector_stopped(services):
        confirmed(old.order_id)
        directory.change(customer_id, name="Ada Lovelace", actor=ACTOR)
        new = an_order(customer_id)
    catch_up()

    row = read_row(old.order_id)
    assert (row.customer_name, row.status, row.version) == (
        "Ada Lovelace",
        "CONFIRMED",
        2,
    )
    assert read_row(new.order_id).customer_name == "Ada Lovelace"


def test_an_erasure_leaves_orders_and_totals_without_a_person():
    customer_id = a_customer()
    order = an_order(customer_id, note="Ring twice.")
    cancelled(order.order_id, "Too late.")
    catch_up()
    assert read_row(order.order_id).reason == "Too late."
    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    row = read_row(order.order_id)

    words = (row.customer_name, row.customer_email, row.note, row.reason)
    assert words == (None,) * 4
    assert str(row.total) == "7.00"
    assert totals_of(customer_id).order_count == 1


def test_a_runner_leaves_when_its_time_is_up_and_says_that_there_is_more():
    catch_up()
    an_order(a_customer())

    def more():
        return projector.catch_up(ORDERS, seconds=0)

    more()
    assert catch_up() == feed.head()
