"""The way of an event through the real worker, as the trace of its order tells it."""

from itertools import pairwise

import pytest

from tests.orders import COMMANDS, order_body
from tests.people import a_customer, desk_clerk
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def clerk():
    return desk_clerk()


def a_traced_order(clerk):
    placed = clerk.post(COMMANDS, order_body(a_customer())).json()
    url = f"/api/query/orders/{placed['orderId']}/trace"

    def seen():
        [event] = clerk.get(url).json()["events"]
        return event if all(r["visibleAt"] for r in event["replicas"]) else None

    return eventually(seen)


def test_an_event_is_received_committed_applied_and_seen_in_this_order(clerk):
    event = a_traced_order(clerk)

    way = [event["receivedAt"], event["committedAt"], event["appliedAt"]]
    way += [replica["visibleAt"] for replica in event["replicas"]]
    assert all(before <= after for before, after in pairwise(way))
    assert [replica["name"] for replica in event["replicas"]] == ["replica_1"]
    assert event["requestId"]


def test_a_ring_is_told_only_of_the_event_it_was_for(clerk):
    """Either the doorbell woke the projector for it, or it was awake already."""
    for _ in range(5):
        event = a_traced_order(clerk)

        rung_at = event["rungAt"]
        assert rung_at is None or (
            event["committedAt"] <= rung_at <= event["appliedAt"]
        )
