"""With two replicas, whatever happens to one of them, every read is answered."""

from collections import Counter

import pytest

from orders_query import health, projector
from tests.orders import an_order, confirmed
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up
from tests.waiting import eventually

ORDERS = "/api/query/orders"


@pytest.fixture
def clerk():
    return desk_clerk()


def sources(clerk, url, number=5):
    answers = [clerk.get(url) for _ in range(number)]
    assert {answer.status_code for answer in answers} == {200}
    return Counter(answer["Read-Source"] for answer in answers)


def own_and_other(two_replicas, clerk, url):
    """Return the replica that this caller stays with, and the other one."""
    [own] = sources(clerk, url)
    first, second = two_replicas
    return (first, second) if first.name == own else (second, first)


def test_callers_stay_with_a_replica_and_are_spread_over_both(two_replicas):
    catch_up()
    clerks = [desk_clerk() for _ in range(12)]

    seen = [sources(clerk, ORDERS) for clerk in clerks]

    assert all(len(own) == 1 for own in seen)
    assert {name for own in seen for name in own} == {"replica_1", "replica_2"}


def test_a_frozen_replica_is_out_within_a_second_and_back_when_it_is_well(
    two_replicas, clerk
):
    order = an_order(a_customer())
    catch_up()
    url = f"{ORDERS}/{order.order_id}"
    own, other = own_and_other(two_replicas, clerk, url)

    own.freeze()
    eventually(lambda: not health.is_in_rotation(own.name), 1.0)
    during = sources(clerk, url)
    own.thaw()

    assert set(during) == {other.name}
    eventually(lambda: set(sources(clerk, url, 1)) == {own.name})


def test_a_killed_replica_is_out_at_once_and_back_when_it_is_started(
    two_replicas, clerk
):
    order = an_order(a_customer())
    catch_up()
    url = f"{ORDERS}/{order.order_id}"
    second = two_replicas[1]
    while own_and_other(two_replicas, clerk, url)[0] is not second:
        clerk = desk_clerk()

    second.kill()
    during = sources(clerk, url, 20)
    second.resume()

    assert set(during) == {"replica_1"}
    eventually(lambda: set(sources(clerk, url, 1)) == {"replica_2"})


def test_the_replica_that_is_far_enough_answers_whoever_the_caller_stays_with(
    two_replicas, clerk
):
    order = an_order(a_customer())
    catch_up()
    url = f"{ORDERS}/{order.order_id}"
    own, other = own_and_other(two_replicas, clerk, url)
    own.pause()
    moved = confirmed(order.order_id)
    eventually(lambda: projector.step("orders").position >= moved.position)

    def answered():
        answer = clerk.get(url, Consistency_Token=str(moved.position))
        return answer["Read-Source"] == other.name and answer

    answer = eventually(answered)
    own.resume()

    assert answer.json()["version"] == 2


def test_a_replica_that_lags_is_felt_and_no_own_write_is_missed(
    two_replicas, clerk, settings
):
    settings.CONSISTENCY_WAIT_SECONDS = 0.3
    order = an_order(a_customer())
    catch_up()
    url = f"{ORDERS}/{order.order_id}"
    for replica in two_replicas:
        replica.lag(2)

    moved = confirmed(order.order_id)
    eventually(lambda: projector.step("orders").position >= moved.position)
    stale = clerk.get(url)
    fresh = clerk.get(url, Consistency_Token=str(moved.position))
    caught_up = eventually(lambda: clerk.get(url).json()["version"] == 2)

    assert (stale.json()["version"], fresh.json()["version"]) == (1, 2)
    assert fresh["Read-Source"] == "query"
    assert caught_up
