"""Who listens for changes hears of them at once, and costs no thread until then."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from config.access.models import ApiToken
from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
from orders_command.handlers import Receipt
from tests.live.listening import STREAM, Listener, Stream, web_process
from tests.orders import an_order, confirmed, shipped
from tests.people import Caller, a_customer, desk_clerk, linked_to
from tests.projected import catch_up
from tests.services import environment_of, started
from tests.waiting import eventually

ALL = "/api/query/orders/changes"
AT_MOST = 3


@pytest.fixture
def clerk() -> Caller:
    return desk_clerk()


@pytest.fixture
def small(services: Embedded, worker: Supervisor) -> Iterator[str]:
    """A web server of its own that holds three listeners at most."""
    port = free_ports(1)[0]
    environment = {
        **environment_of(services),
        "WEB_PROCESSES": "1",
        "MAX_LISTENERS": str(AT_MOST),
    }
    service = application.web(environment, port=port)
    with started(services, service):
        yield f"http://{HOST}:{port}"


def placed(customer_id: UUID | None = None) -> Receipt:
    """Place an order that everybody can see."""
    order = an_order(customer_id or a_customer())
    catch_up()
    return order


def of(order: Receipt, wait: int = 20) -> str:
    """Name what comes after the placing, whether or not it has happened by then."""
    changes = f"/api/query/orders/{order.order_id}/changes"
    return f"{changes}?wait={wait}&after={order.position}"


def versions(changes: list[dict[str, int]]) -> list[int]:
    return [change["version"] for change in changes]


def test_a_hundred_who_listen_cost_no_thread_and_hold_nobody_up(web, clerk):
    process, start = web_process(web), catch_up()
    with Listener(web, f"{ALL}?after={start}&wait=1", **clerk.headers) as first:
        first.answer().read()  # the hub's thread is there from the first one on
    threads = process.num_threads()

    with ExitStack() as listening:
        listeners = [
            listening.enter_context(
                Listener(web, f"{ALL}?after={start}&wait=20", **clerk.headers)
            )
            for _ in range(100)
        ]
        eventually(lambda: len(process.net_connections("tcp")) > 100)
        with Listener(web, "/api/me", **clerk.headers) as somebody:
            answered = somebody.answer().status
        meanwhile = process.num_threads()
        order = placed()

        # All of them were held: who is answered before the change knows nothing of it.
        for listener in listeners:
            (change,) = listener.changes()
            assert change["orderId"] == str(order.order_id)

    assert answered == 200
    assert meanwhile <= threads


def test_a_change_wakes_whom_it_concerns_and_nobody_else(web, clerk):
    one, other = placed(), placed()
    with (
        Listener(web, of(one), **clerk.headers) as concerned,
        Listener(web, of(other), **clerk.headers) as unconcerned,
    ):
        confirmed(one.order_id)

        assert versions(concerned.changes()) == [2]
        assert not unconcerned.is_answered
        confirmed(other.order_id)
        assert versions(unconcerned.changes()) == [2]


def test_a_customer_hears_of_the_own_orders_alone(web):
    mine = a_customer()
    order, theirs = placed(mine), placed()
    with Listener(
        web, f"{ALL}?after={order.position}&wait=20", **linked_to(mine).headers
    ) as listener:
        confirmed(theirs.order_id)
        confirmed(order.order_id)

        (change,) = listener.changes()

    assert change["orderId"] == str(order.order_id)


def test_when_nothing_happens_the_answer_is_empty_and_says_how_to_go_on(web, clerk):
    order = placed()
    began = time.monotonic()

    with Listener(web, of(order, wait=1), **clerk.headers) as listener:
        answer = listener.answer()
        body = answer.read()

    assert time.monotonic() - began >= 1
    assert (answer.status, body) == (200, b"[]")
    assert 'rel="next"' in answer.headers["Link"]
    assert "X-Hold" not in answer.headers


def test_a_change_before_the_listener_came_is_told_at_once(web, clerk):
    order = placed()
    confirmed(order.order_id)
    catch_up()

    with Listener(web, of(order), **clerk.headers) as listener:
        assert versions(listener.changes()) == [2]


def test_a_stream_goes_on_where_it_was_left(web, clerk):
    order = placed()
    headers = {**clerk.headers, "Accept": STREAM}
    with Listener(web, of(order), **headers) as listener:
        stream = Stream(listener)
        assert stream.next() == {"retry": "1000"}
        confirmed(order.order_id)
        told = stream.next()
    shipped(order.order_id)

    with Listener(web, of(order), Last_Event_ID=told["id"], **headers) as listener:
        stream = Stream(listener)
        stream.next()
        missed = stream.next()

    assert told["event"] == "OrderConfirmed"
    assert missed["event"] == "OrderShipped"
    assert "X-Hold" not in stream.headers
    assert "Content-Length" not in stream.headers


def test_a_stream_tells_one_change_after_the_other(web, clerk):
    order = placed()
    with Listener(web, of(order), Accept=STREAM, **clerk.headers) as listener:
        stream = Stream(listener)
        stream.next()
        for change, event in ((confirmed, "OrderConfirmed"), (shipped, "OrderShipped")):
            change(order.order_id)

            assert stream.next()["event"] == event


def test_who_may_no_longer_read_hears_nothing_more(web, clerk, services):
    start = catch_up()
    with Listener(web, f"{ALL}?after={start}&wait=20", **clerk.headers) as listener:
        ApiToken.objects.filter(user=clerk.user).update(revoked_at=timezone.now())
        eventually(lambda: refused(web, clerk))
        placed()

        assert listener.answer().status == 401


def test_beyond_the_most_a_listener_is_answered_at_once(small, clerk):
    start = catch_up()
    with ExitStack() as listening:
        held = [
            listening.enter_context(
                Listener(small, f"{ALL}?after={start}&wait=20", **clerk.headers)
            )
            for _ in range(AT_MOST + 2)
        ]
        eventually(lambda: sum(listener.is_answered for listener in held) == 2)

        answered = next(listener for listener in held if listener.is_answered)
        assert answered.changes() == []


def test_a_server_that_ends_lets_its_listeners_go_at_once(small, clerk):
    order = placed()
    with (
        Listener(small, of(order), Accept=STREAM, **clerk.headers) as streaming,
        Listener(small, of(order), **clerk.headers) as polling,
    ):
        stream = Stream(streaming)
        stream.next()
        eventually(lambda: len(web_process(small).net_connections("tcp")) > 2)

        web_process(small).terminate()

        assert stream.next() is None
        assert polling.changes() == []


def refused(web: str, caller: Caller) -> bool:
    with Listener(web, "/api/me", **caller.headers) as asking:
        return asking.answer().status == 401


def test_the_threads_that_work_do_not_break_in_on_others(web):
    process = web_process(web)
    family = [process, *process.children(recursive=True)]

    policies = [os.sched_getscheduler(t.id) for p in family for t in p.threads()]

    assert policies.count(os.SCHED_BATCH) > settings.WAIT_SLOTS
