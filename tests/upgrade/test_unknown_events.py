"""What a worker does with an event that only a newer release knows."""

from contextlib import ExitStack
from functools import partial

import pytest

from orders_query import projector, tasks
from orders_query.models import OrderReadModel, ParkedDecision, ParkedEvent
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer
from tests.projected import catch_up
from tests.projection.damage import out_of_step, unknown_type, unreadable
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def nothing_stays_parked():
    yield
    for first in projector.waiting():
        projector.retry(first.name, first.stream_id, actor="system:tests")


def read_row(order_id):
    return OrderReadModel.objects.using("query").get(pk=order_id)


def parked(order_id):
    found = ParkedEvent.objects.using("query").filter(stream_id=order_id)
    return [event.version for event in found.order_by("projection", "position")]


def decisions(order_id):
    found = ParkedDecision.objects.using("query").filter(stream_id=order_id)
    return list(found.order_by("id").values_list("actor", "action", "outcome"))


def test_it_waits_for_a_newer_worker_which_applies_it_by_itself(services, worker):
    order, other = an_order(a_customer()), an_order(a_customer())
    catch_up()
    with unreadable(
        services, lambda: confirmed(order.order_id), 2, unknown_type
    ) as confirmation:
        shipped(order.order_id)
        confirmed(other.order_id)
        eventually(lambda: read_row(other.order_id).status == "CONFIRMED")
        waits = eventually(lambda: parked(order.order_id))
        status = read_row(order.order_id).status

    # The older worker is gone: from here on this code knows the event.
    tasks.retry_unreadable.delay()

    assert (confirmation.version, status, waits[0]) == (2, "PENDING", 2)
    eventually(lambda: read_row(order.order_id).status == "SHIPPED", 20)
    eventually(lambda: parked(order.order_id) == [])
    assert set(decisions(order.order_id)) == {("system:upgrade", "retry", "applied")}


def test_while_nobody_knows_it_nothing_is_tried(services):
    order = an_order(a_customer())
    with unreadable(services, lambda: confirmed(order.order_id), 2, unknown_type):
        catch_up()

        applied = projector.retry_unreadable()

        assert applied == 0
        assert 2 in parked(order.order_id)
        assert decisions(order.order_id) == []
    projector.retry_unreadable()


def test_a_long_backlog_is_applied_in_parts(services):
    orders = [an_order(a_customer()).order_id for _ in range(3)]
    catch_up()
    with ExitStack() as damage:
        for order_id in orders:
            place = partial(confirmed, order_id)
            damage.enter_context(unreadable(services, place, 2, unknown_type))
        catch_up()

    applied = [projector.retry_unreadable(seconds=0) for _ in orders * 2]

    assert applied == [1] * 6  # the sales have met them too
    assert {read_row(order_id).status for order_id in orders} == {"CONFIRMED"}


def test_an_event_that_fails_otherwise_is_left_to_somebody(services):
    order = an_order(a_customer())
    catch_up()
    with out_of_step(services, order.order_id):
        confirmed(order.order_id)
        catch_up()

    applied = projector.retry_unreadable()

    assert applied == 0
    assert parked(order.order_id) == [2]
    assert decisions(order.order_id) == []
