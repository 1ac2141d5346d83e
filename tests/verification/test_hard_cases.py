"""Damage that might get by, or end, a verification; and what a repair owes."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from customers import directory
from orders_command.models import Event
from orders_query import projector, rebuilding
from orders_query.projector.checkpoints import Overtaken, fence
from orders_query.verification import (
    CannotVerify,
    nodes,
    snapshots,
    verify,
    verifying,
)
from tests.orders import ACTOR, an_order, confirmed
from tests.projected import ORDERS, catch_up, checkpoint
from tests.verification.finding import EVENTS, READ, customer_of, found
from tests.waiting import eventually

TOTALS = "orders_query_customertotals"
REMARKS = "orders_command_orderremark"


def items_with_words_for_numbers(order):
    data = Event.objects.get(order_id=order.order_id, version=1).data
    data["items"][0]["quantity"] = "2"
    return json.dumps(data)


def test_an_event_turned_into_one_of_another_kind_of_stream_is_found(order, vandal):
    where = f"order_id = '{order.order_id}' and version = 2"

    with vandal.changes(EVENTS, where, type="CustomerErased"):
        findings = found(order.order_id)

    assert any(f"version 2 at {order.position + 1} is not what" in f for f in findings)


def test_data_that_no_longer_calculate_are_found(order, vandal):
    where = f"order_id = '{order.order_id}' and version = 1"

    with vandal.changes(EVENTS, where, data=items_with_words_for_numbers(order)):
        findings = found(order.order_id)

    assert any(f"version 1 at {order.position} is not what" in f for f in findings)


def test_a_remark_that_was_taken_away_is_found(order, vandal):
    with vandal.removes(REMARKS, f"order_id = '{order.order_id}'"):
        findings = found(order.order_id)

    assert any("remark" in f and "missing" in f for f in findings)


def test_a_remark_that_outlives_its_customers_erasure_is_found(order, vandal):
    where = f"order_id = '{order.order_id}'"
    with vandal.removes(REMARKS, where):
        directory.erase(customer_of(order), actor=ACTOR)
        catch_up()
    findings = found(order.order_id)
    vandal.removes_for_good(REMARKS, where)

    assert [f for f in findings if "remark" in f and "erased" in f]
    assert "Ring twice" not in " ".join(findings)


def test_a_name_that_outlives_its_erasure_is_found(order, vandal):
    customer_id = customer_of(order)
    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    with vandal.changes("customers_customer", f"id = '{customer_id}'", name="Eve"):
        findings = found(customer_id)

    assert [f for f in findings if "erased" in f]
    assert "Eve" not in " ".join(findings)


def test_a_mark_of_parking_that_is_wrong_is_found(order, vandal):
    with vandal.changes(READ, f"order_id = '{order.order_id}'", parked=True):
        findings = found(order.order_id)

    assert f"query: order {order.order_id}: parked is True, the log says False" in (
        findings
    )


def test_a_count_of_parked_events_that_is_wrong_is_found(vandal):
    with vandal.changes("orders_query_checkpoint", "name = 'sales'", parked=3):
        findings = found()

    assert "query: parked events: sales is 3, the rows say 0" in findings


def test_all_differences_are_counted_though_not_all_are_kept(order, vandal, settings):
    settings.REPLICAS = []
    where = f"order_id = '{order.order_id}'"

    with (
        vandal.changes(READ, where, total=8, status="PENDING", version=9, note="x"),
        snapshots(is_held=True) as taken,
    ):
        report = verify(taken, keep=1)

    assert len(report.findings) == 1
    assert report.differences == sum(report.kinds.values()) > 4


def test_a_replica_that_is_behind_does_not_hold_the_projector_up(
    order, replica, monkeypatch
):
    monkeypatch.setattr(nodes, "NEAR_SECONDS", 3.0)
    replica.pause()
    confirmed(an_order(customer_of(order)).order_id)
    eventually(lambda: not projector.catch_up())
    is_over = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(longest_hold, is_over)
        findings = found()
        is_over.set()
        longest = watching.result()

    assert any(f.startswith("replica_1: replica: not verified") for f in findings)
    assert longest < 1.5


def test_a_replica_that_is_lost_on_the_way_ends_nothing_else(
    two_replicas, order, monkeypatch
):
    monkeypatch.setattr(verifying, "STRETCH", 20)
    monkeypatch.setattr(nodes, "SILENT_SECONDS", 1.0)
    _, second = two_replicas
    for _ in range(40):
        an_order(customer_of(order))
    catch_up()

    def freeze(report):
        if report.orders == 20:
            second.freeze()

    with snapshots(is_held=True) as taken:
        report = verify(taken, on_progress=freeze)

    (finding,) = map(str, report.findings)
    assert finding.startswith("replica_2: replica: not verified: lost after 40 orders")
    assert report.orders >= 41
    assert (report.differences, report.is_sound) == (0, False)


def test_nothing_is_rebuilt_and_verified_at_once(order, services):
    with rebuilding.sole(ORDERS), pytest.raises(CannotVerify, match="is being rebuilt"):
        found()

    with snapshots(is_held=True), ThreadPoolExecutor(1) as pool:
        refused = pool.submit(rebuilt)
        with pytest.raises(rebuilding.AlreadyRunning):
            refused.result(10)


def rebuilt():
    try:
        with rebuilding.sole(ORDERS):
            pass
    finally:
        connections.close_all()


def longest_hold(is_over):
    """Return for how long at most nobody could take the checkpoint."""
    longest, free_at = 0.0, time.monotonic()
    while not is_over.wait(0.01):
        try:
            with transaction.atomic(using="query"):
                fence(ORDERS, checkpoint())
            free_at = time.monotonic()
        except Overtaken:
            longest = max(longest, time.monotonic() - free_at)
    connections.close_all()
    return longest
