"""An order that waits, and nothing that waits after a test."""

from contextlib import suppress

import pytest

from orders_query import projector, verification
from orders_query.models import Checkpoint, ParkedDecision
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer
from tests.projected import catch_up
from tests.projection.damage import out_of_step


@pytest.fixture
def nothing_stays_parked():
    yield
    for first in projector.waiting():
        with suppress(projector.NothingParked):  # the worker was quicker
            projector.retry(first.name, first.stream_id, actor="system:tests")
    assert projector.waiting() == []
    counts = Checkpoint.objects.using("query").values_list("parked", flat=True)
    assert set(counts) == {0}
    for skipped in ParkedDecision.objects.using("query").filter(action="skip"):
        verification.repair(skipped.stream_id, actor="system:tests")


@pytest.fixture
def parked_order(services):
    """An order at version 1 whose confirmation fails and whose shipment waits."""
    order = an_order(a_customer())
    catch_up()
    with out_of_step(services, order.order_id):
        confirmed(order.order_id)
        shipped(order.order_id)
        catch_up()
    return order
