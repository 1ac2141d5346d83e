"""An event that cannot be applied parks its order, and everybody else goes on."""

from contextlib import suppress
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from orders_query import projector, queries, verification
from orders_query.models import (
    Checkpoint,
    OrderHistory,
    OrderReadModel,
    ParkedDecision,
    ParkedEvent,
)
from orders_query.projector import SALES
from orders_query.queries import Reader
from tests.orders import an_order, cancelled, confirmed, delivered, shipped
from tests.people import a_customer, administrator, analyst, desk_clerk
from tests.projected import ORDERS, catch_up, projector_stopped
from tests.projection.damage import out_of_step, unreadable
from tests.waiting import eventually

PARKED = "/admin/orders_query/parkedevent/"


@pytest.fixture(autouse=True)
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


def read_row(order_id):
    return OrderReadModel.objects.using("query").get(pk=order_id)


def parked(order_id, projection=ORDERS):
    rows = ParkedEvent.objects.using("query").filter(
        stream_id=order_id, projection=projection
    )
    return list(rows.order_by("position"))


def decisions(order_id):
    return list(
        ParkedDecision.objects.using("query").filter(stream_id=order_id).order_by("id")
    )


def test_its_order_is_parked_with_the_later_events_and_the_others_go_on(services):
    customer_id = a_customer()
    order, other = an_order(customer_id), an_order(customer_id)
    catch_up()

    with out_of_step(services, order.order_id):
        confirmed(order.order_id)
        confirmed(other.order_id)
        catch_up()
        shipped(order.order_id)
        shipped(other.order_id)
        catch_up()

    first, second = parked(order.order_id)
    assert (first.version, first.tries) == (2, 1)
    assert first.error.startswith("OutOfSequence")
    assert (second.version, second.tries, second.error) == (3, 0, "")
    assert read_row(order.order_id).parked
    assert read_row(other.order_id).status == "SHIPPED"
    assert not read_row(other.order_id).parked
    assert parked(order.order_id, SALES) == []


def test_in_a_large_batch_only_the_culprit_is_parked(services):
    order = an_order(a_customer())
    catch_up()

    with out_of_step(services, order.order_id):
        with projector_stopped(services):
            others = [an_order(a_customer()) for _ in range(20)]
            confirmed(order.order_id)
            others += [an_order(a_customer()) for _ in range(20)]
        catch_up()

    assert [event.version for event in parked(order.order_id)] == [2]
    found = OrderReadModel.objects.using("query").filter(
        pk__in=[other.order_id for other in others]
    )
    assert found.count() == 40
    assert len(projector.waiting()) == 1


def test_the_list_and_the_order_say_so_and_sync_counts_it(parked_order):
    clerk = desk_clerk()
    url = f"/api/query/orders/{parked_order.order_id}"
    row = clerk.get(f"/api/query/orders?ids={parked_order.order_id}").json()[0]

    assert (row["parked"], row["status"]) == (True, "PENDING")
    assert clerk.get(url).json()["parked"] is True
    state = {p["name"]: p["parked"] for p in queries.sync()["projections"]}
    assert state == {ORDERS: 1, SALES: 0, projector.WEBHOOKS: 0}
    scraped = administrator().get("/metrics").content.decode()
    assert 'orders_parked_orders{projection="orders"} 1.0' in scraped


def test_an_order_that_is_well_has_no_such_member():
    order = an_order(a_customer())
    catch_up()
    clerk = desk_clerk()

    assert "parked" not in clerk.get(f"/api/query/orders/{order.order_id}").json()
    assert "parked" not in clerk.get("/api/query/orders?limit=1").json()[0]


def test_who_has_seen_the_parked_event_is_answered_from_the_log(parked_order):
    last = parked(parked_order.order_id)[-1]
    url = f"/api/query/orders/{parked_order.order_id}"
    token = {"Consistency_Token": str(last.position)}
    clerk = desk_clerk()

    order = clerk.get(url, **token)
    history = clerk.get(f"{url}/history", **token)

    assert (order.headers["Read-Source"], order.json()["status"]) == ("log", "SHIPPED")
    assert [event["version"] for event in history.json()] == [1, 2, 3]
    assert clerk.get(url).json()["status"] == "PENDING"


def test_an_event_of_a_later_release_is_parked_and_applied_once_it_is_known(services):
    order = an_order(a_customer())
    with unreadable(services, lambda: confirmed(order.order_id), 2) as confirmation:
        catch_up()
        (event,) = parked(order.order_id)
        answer = desk_clerk().get(
            f"/api/query/orders/{order.order_id}",
            Consistency_Token=str(confirmation.position),
        )

        log = desk_clerk().get(f"/api/query/events?after={confirmation.position - 1}")

    assert event.error == "Unreadable: Unknown event OrderConfirmed of shape 99."
    assert (answer.status_code, log.status_code) == (503, 503)
    projector.retry_unreadable()
    eventually(lambda: read_row(order.order_id).status == "CONFIRMED")


def test_an_order_that_is_parked_from_its_first_event_on_is_told_from_the_log(services):
    customer_id, clerk = a_customer(), desk_clerk()

    with unreadable(services, lambda: an_order(customer_id), 1) as order:
        token = {"Consistency_Token": str(order.position)}
        url = f"/api/query/orders/{order.order_id}"
        catch_up()
        assert clerk.get(url).status_code == 404
        assert clerk.get(url, **token).status_code == 503
        assert [e.type for e in parked(order.order_id, SALES)] == ["OrderCreated"]

    assert clerk.get(url, **token).json()["status"] == "PENDING"


def test_a_retry_applies_all_that_waits_in_sequence_and_leaves_a_trace(parked_order):
    order_id = parked_order.order_id

    outcomes = projector.retry(ORDERS, order_id, actor="user:1", reason="mended")

    row = read_row(order_id)
    assert outcomes == ["applied", "applied"]
    assert (row.status, row.version, row.parked) == ("SHIPPED", 3, False)
    history = OrderHistory.objects.using("query").filter(order_id=order_id)
    assert sorted(history.values_list("version", flat=True)) == [1, 2, 3]
    assert [(d.actor, d.action, d.reason, d.outcome) for d in decisions(order_id)] == [
        ("user:1", "retry", "mended", "applied")
    ] * 2


def test_a_retry_that_fails_counts_and_keeps_everything(services, parked_order):
    order_id = parked_order.order_id

    with out_of_step(services, order_id):
        outcomes = projector.retry(ORDERS, order_id, actor="user:1")

    first, second = parked(order_id)
    assert outcomes[0].startswith("failed: OutOfSequence")
    assert (first.tries, second.tries) == (2, 0)
    assert decisions(order_id)[0].outcome == outcomes[0]


def test_a_skip_leaves_the_event_out_and_applies_those_behind_it(parked_order):
    order_id = parked_order.order_id

    outcomes = projector.skip(ORDERS, order_id, actor="user:1", reason="never was")

    row = read_row(order_id)
    assert outcomes == ["skipped", "applied"]
    assert (row.status, row.version, row.parked) == ("SHIPPED", 3, False)
    assert [(d.action, d.version) for d in decisions(order_id)] == [
        ("skip", 2),
        ("retry", 3),
    ]


def test_nothing_is_skipped_without_a_reason(parked_order):
    with pytest.raises(ValueError, match="reason"):
        projector.skip(ORDERS, parked_order.order_id, actor="user:1", reason=" ")

    assert len(parked(parked_order.order_id)) == 2


def test_sales_wait_for_an_order_that_they_could_not_count(services):
    customer_id = a_customer()
    with unreadable(services, lambda: an_order(customer_id), 1) as order:
        catch_up()
        cancelled(order.order_id)
        catch_up()
        waits = [e.type for e in parked(order.order_id, SALES)]

    assert waits == ["OrderCreated", "OrderCancelled"]
    projector.retry_unreadable()
    eventually(lambda: parked(order.order_id, SALES) == [])


def test_the_terminal_shows_retries_and_skips(services, parked_order):
    order_id = parked_order.order_id

    assert f"orders {order_id}: OrderConfirmed v2" in told("parked")
    with out_of_step(services, order_id), pytest.raises(CommandError, match="1 of 1"):
        told("parked", "retry", str(order_id))
    with pytest.raises(CommandError, match="--reason"):
        told("parked", "skip", str(order_id))
    assert "2 applied" in told("parked", "retry", "--all", "--by", "ada")
    assert told("parked") == "nothing is parked\n"
    assert decisions(order_id)[-1].actor == "system:ada"
    with pytest.raises(CommandError, match="Nothing like that"):
        told("parked", "retry", str(uuid4()))


def test_the_admin_retries_and_skips_with_a_reason(services, parked_order):
    order_id, browser = parked_order.order_id, signed_in(administrator())

    assert str(order_id) in browser.client.get(PARKED).content.decode()
    assert "needs a reason" in act(browser, "skip", order_id)
    with out_of_step(services, order_id):
        assert "failed: OutOfSequence" in act(browser, "retry", order_id)
    assert "applied" in act(browser, "retry_all", reason="mended")

    actors = {decision.actor for decision in decisions(order_id)}
    assert actors == {f"user:{browser.user.pk}"}
    assert read_row(order_id).status == "SHIPPED"


def test_only_an_administrator_decides_in_the_admin(parked_order):
    browser = signed_in(analyst())

    browser.client.post(PARKED, {"action": "retry_all", "_selected_action": "1"})

    assert len(parked(parked_order.order_id)) == 2


def test_a_later_event_of_an_order_whose_delivery_was_parked_follows(services):
    order = an_order(a_customer())
    confirmed(order.order_id)
    shipped(order.order_id)
    catch_up()
    with out_of_step(services, order.order_id):
        delivery = delivered(order.order_id)
        catch_up()

    projector.retry(ORDERS, order.order_id, actor="system:tests")

    reader = Reader(at_least=delivery.position)
    answer = queries.order(order.order_id, reader=reader)
    assert (answer.source != "log", answer.version) == (True, 4)


def told(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def signed_in(caller):
    caller.client.force_login(
        caller.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return caller


def act(browser, name, *order_ids, reason=""):
    """Send an action of the admin's list, and return the page that follows."""
    ticked = [str(event.pk) for order_id in order_ids for event in parked(order_id)[:1]]
    sent = {"action": name, "_selected_action": ticked, "reason": reason}
    return browser.client.post(PARKED, sent, follow=True).content.decode()
