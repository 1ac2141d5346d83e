"""What parking must not do: park an innocent, keep a name, or take away too much."""

from contextlib import suppress

import psycopg
from django.db import OperationalError

from config.access.models import User
from config.access.standby import AccountsRouter
from config.local.addresses import OWNER_URLS
from customers import directory
from orders_query import projector
from orders_query.models import OrderReadModel
from tests.orders import ACTOR, an_order
from tests.people import a_customer
from tests.projected import ORDERS, catch_up
from tests.projection.damage import nobody_reads
from tests.projection.test_projector import disk_full
from tests.rebuilding.conftest import owner, rebuild  # noqa: F401 - fixtures

SET_SHAPE = """
update orders_command_event set shape = %s where customer_id = %s and version = 2
"""


def test_a_process_that_lives_on_after_errors_parks_nothing(services):
    customer_id = a_customer()
    catch_up()
    with nobody_reads(services):
        order = an_order(customer_id)
    with disk_full(services, order.order_id):
        for _ in range(8):
            with suppress(OperationalError):
                projector.step(ORDERS)

    catch_up()

    assert projector.waiting() == []
    assert OrderReadModel.objects.using("query").filter(pk=order.order_id).exists()


def test_an_erasure_behind_a_parked_change_takes_the_words_away(services):
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id, note="Ring twice.")
    catch_up()
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as log:
        with nobody_reads(services):
            directory.change(customer_id, name="Ada Byron", actor=ACTOR)
            set_shape(log, customer_id, 99)
        try:
            catch_up()
            directory.erase(customer_id, actor=ACTOR)
            catch_up()
            row = OrderReadModel.objects.using("query").get(pk=order.order_id)
        finally:
            set_shape(log, customer_id, 1)

    assert (row.customer_name, row.customer_email, row.note) == (None, None, None)
    outcomes = projector.retry(ORDERS, customer_id, actor=ACTOR)
    assert outcomes == ["applied", "applied"]
    for first in projector.waiting():  # the sales have met it too
        projector.retry(first.name, first.stream_id, actor=ACTOR)
    assert projector.waiting() == []


def set_shape(log, customer_id, shape):
    with log.transaction():
        log.execute("alter table orders_command_event disable trigger user")
        log.execute(SET_SHAPE, [shape, customer_id])
        log.execute("alter table orders_command_event enable trigger user")


def test_an_index_that_is_being_built_does_not_hold_up_an_erasure(
    services,
    rebuild,  # noqa: F811
    owner,  # noqa: F811
):
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id)
    catch_up()
    rebuild("orders", "--no-swap")
    with psycopg.connect(services.environment()[OWNER_URLS[1]]) as builder:
        builder.execute("select pg_advisory_lock(hashtext('rebuild orders'))")
        builder.execute(SHARED)
        directory.erase(customer_id, actor=ACTOR)
        catch_up()
        row = OrderReadModel.objects.using("query").get(pk=order.order_id)
        builder.rollback()
        builder.execute("select pg_advisory_unlock_all()")

    assert row.customer_name is None
    projector.erase_given_up()
    (name,) = owner.execute(SHADOW_NAME, [order.order_id]).fetchone()
    assert name is None


SHARED = "lock table shadow_orders.orders_query_orderreadmodel in share mode"
SHADOW_NAME = """
select customer_name from shadow_orders.orders_query_orderreadmodel where order_id = %s
"""


def test_what_was_read_from_a_standby_is_written_to_the_primary():
    user = User(username="somebody")
    user._state.db = "standby"

    assert AccountsRouter().db_for_write(User, instance=user) == "default"
    assert AccountsRouter().allow_relation(user, User(username="another"))
