"""A reader that echoes its token reads its own writes, whoever lags behind."""

import time
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections

from orders_command import feed
from orders_query import projector
from orders_query.models import OrderReadModel
from tests.orders import an_order, confirmed, delivered, shipped
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import ORDERS as PROJECTION
from tests.projected import catch_up, checkpoint, projector_stopped
from tests.waiting import eventually

ORDERS = "/api/query/orders"


@pytest.fixture
def clerk():
    return desk_clerk()


@pytest.fixture
def impatient(settings):
    """Let readers wait so shortly that a test does not."""
    settings.CONSISTENCY_WAIT_SECONDS = 0.1


def with_token(position):
    return {"Consistency_Token": str(position)}


def test_a_replica_that_is_far_enough_answers(clerk):
    order = an_order(a_customer())
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}", **with_token(order.position))

    assert answer["Read-Source"] == "replica_1"
    assert int(answer["Consistency-Token"]) >= order.position


def project_until(position):
    def there():
        projector.catch_up(PROJECTION)
        return checkpoint() >= position

    eventually(there)


def test_with_the_replica_behind_the_read_primary_answers(clerk, replica, impatient):
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    project_until(moved.position)
    url = f"{ORDERS}/{order.order_id}"

    fresh = clerk.get(url, **with_token(moved.position))
    stale = clerk.get(url)

    assert (fresh["Read-Source"], fresh.json()["status"]) == ("query", "CONFIRMED")
    assert (stale["Read-Source"], stale.json()["status"]) == ("replica_1", "PENDING")
    assert int(stale["Consistency-Token"]) < moved.position


def test_a_reader_waits_for_its_replica(clerk, replica, settings):
    settings.CONSISTENCY_WAIT_SECONDS = 20.0
    order = an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    project_until(moved.position)

    replica.resume()
    answer = clerk.get(f"{ORDERS}/{order.order_id}", **with_token(moved.position))

    assert (answer["Read-Source"], answer.json()["version"]) == ("replica_1", 2)


def test_with_the_projector_stopped_one_order_is_folded_from_the_log(
    clerk, services, impatient
):
    customer_id = a_customer("Ada Lovelace")
    catch_up()
    with projector_stopped(services):
        order = an_order(customer_id, note="Ring twice.")
        moved = confirmed(order.order_id)
        url, token = f"{ORDERS}/{order.order_id}", with_token(moved.position)
        from_log = clerk.get(url, **token)
        history_from_log = clerk.get(f"{url}/history", **token)
        others = linked_to(a_customer()).get(url, **token)
    catch_up()
    from_replica, history = clerk.get(url, **token), clerk.get(f"{url}/history")

    assert from_log["Read-Source"] == history_from_log["Read-Source"] == "log"
    assert int(from_log["Consistency-Token"]) >= moved.position
    assert from_replica["Read-Source"] == "replica_1"
    assert from_log.json() == from_replica.json()
    assert history_from_log.json() == history.json()
    assert b"7.00" in from_log.content
    assert others.status_code == 404


def test_with_the_projector_stopped_a_list_is_503(clerk, services, impatient):
    customer_id = a_customer()
    catch_up()
    with projector_stopped(services):
        order = an_order(customer_id)
        url = f"{ORDERS}/customer/{customer_id}"
        late = clerk.get(url, **with_token(order.position))
        without_token = clerk.get(url)

    assert late.status_code == 503
    assert late.json()["type"].endswith("/not-yet-consistent")
    assert late["Retry-After"] == "1"
    assert (without_token.status_code, without_token.json()) == (200, [])


def test_a_token_beyond_the_log_is_503_at_once(clerk, settings):
    settings.CONSISTENCY_WAIT_SECONDS = 20.0
    began = time.monotonic()

    answer = clerk.get(ORDERS, **with_token(feed.head() + 1_000_000))

    assert answer.status_code == 503
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("token", ["x", "-1", "1.5", "", "٣", "1, 2", "9" * 30])
def test_a_token_that_is_no_number_is_400(clerk, token):
    answer = clerk.get(ORDERS, Consistency_Token=token)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "Consistency-Token"


def test_unknown_at_the_replica_is_asked_of_the_primary(clerk, replica):
    catch_up()
    replica.pause()
    order = an_order(a_customer())
    project_until(order.position)

    answer = clerk.get(f"{ORDERS}/{order.order_id}")

    assert (answer.status_code, answer["Read-Source"]) == (200, "query")


def test_the_next_page_is_never_older_than_the_one_before(clerk, replica, impatient):
    """The cursor brings the token: page 2 is not left to a replica that is behind."""
    customer_id = a_customer()
    old = [an_order(customer_id) for _ in range(2)]
    catch_up()
    replica.pause()
    new = an_order(customer_id)
    moved = confirmed(old[1].order_id)
    project_until(moved.position)
    url = f"{ORDERS}/customer/{customer_id}"
    first = clerk.get(f"{url}?limit=1", **with_token(moved.position))
    following = first["Link"][1:].split(">")[0].removeprefix("http://testserver")

    second = clerk.get(following)

    assert [order["orderId"] for order in first.json()] == [str(new.order_id)]
    assert [order["status"] for order in second.json()] == ["CONFIRMED"]
    assert second["Read-Source"] == "query"
    assert int(second["Consistency-Token"]) >= int(first["Consistency-Token"])


def test_time_never_runs_backwards_for_who_echoes_the_highest_token(clerk, replica):
    customer_id, seen, versions = a_customer(), 0, {}
    for turn in range(6):
        order = an_order(customer_id)
        for number, move in enumerate((confirmed, shipped, delivered)):
            receipt = move(order.order_id)
            project_until(receipt.position)
            seen = max(seen, receipt.position)
            (replica.pause if (turn + number) % 2 else replica.resume)()
            answer = clerk.get(f"{ORDERS}/customer/{customer_id}", **with_token(seen))
            told = int(answer["Consistency-Token"])
            assert told >= seen
            seen = told
            for row in answer.json():
                assert row["version"] >= versions.get(row["orderId"], 0)
                versions[row["orderId"]] = row["version"]
            assert versions[str(order.order_id)] == receipt.version


def test_without_a_token_time_does_run_backwards(replica, impatient):
    """The test of the test: what the token protects from."""
    clerk, order = desk_clerk(), an_order(a_customer())
    catch_up()
    replica.pause()
    moved = confirmed(order.order_id)
    project_until(moved.position)
    url = f"{ORDERS}/{order.order_id}"

    own = clerk.get(url, **with_token(moved.position)).json()["version"]
    later = clerk.get(url).json()["version"]

    assert (own, later) == (2, 1)


def test_a_replica_refuses_to_be_written():
    with pytest.raises(DatabaseError, match="read-only"):
        OrderReadModel.objects.using("replica_1").filter(pk=uuid4()).update(version=9)


def test_with_the_replica_gone_the_read_primary_answers(clerk, services):
    order = an_order(a_customer())
    catch_up()
    connections["replica_1"].close()
    known = connections["replica_1"].settings_dict["PORT"]
    try:
        connections["replica_1"].settings_dict["PORT"] = 1  # where nobody listens
        answer = clerk.get(f"{ORDERS}/{order.order_id}")
    finally:
        connections["replica_1"].settings_dict["PORT"] = known
        connections["replica_1"].close()

    assert (answer.status_code, answer["Read-Source"]) == (200, "query")
    assert eventually(
        lambda: clerk.get(f"{ORDERS}/{order.order_id}")["Read-Source"] == "replica_1"
    )
