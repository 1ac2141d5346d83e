"""Whatever fails, and however many send: an order's events arrive in their order."""

import random
import signal
import threading
import time
from uuid import UUID

from tests.orders import an_order, confirmed, delivered, shipped
from tests.people import a_customer
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, endpoint, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Answering, Received, Receiver, receiver, slowly
from tests.webhooks.sending import Senders

BROKEN = "tests.webhooks.broken.unordered"


def failing(share: float) -> Answering:
    """Refuse some, take some and say otherwise, answer others late."""
    chance = random.Random(7)
    lock = threading.Lock()

    def answer(received: Received) -> int:
        with lock:
            drawn = chance.random()
        if drawn < share:
            return 503
        time.sleep(drawn * 0.05)
        return 200

    return answer


def orders_of(count: int) -> list[UUID]:
    customer = a_customer()
    orders = [an_order(customer).order_id for _ in range(count)]
    for step in (confirmed, shipped, delivered):
        for order_id in orders:
            step(order_id)
    catch_up()
    return orders


def out_of_order(shop: Receiver, orders: list[UUID]) -> dict[UUID, list[int]]:
    """Return the orders whose events were not accepted as they happened."""
    found = {order_id: shop.versions_of(order_id) for order_id in orders}
    return {order_id: seen for order_id, seen in found.items() if seen != [1, 2, 3, 4]}


def test_under_random_failures_two_senders_keep_each_order_s_order(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = failing(0.3)
    for _ in range(2):
        sender.start(WEBHOOK_TIMEOUT_SECONDS="10")  # a busy machine doubles nothing

    orders = orders_of(12)

    eventually(lambda: states("shop") == {"sent"}, 30)
    assert out_of_order(shop, orders) == {}
    assert len(shop.accepted) == 48, "nothing is lost, and nothing sent twice"
    assert len(shop.tries) > 48, "some were to fail"


def test_a_sender_that_ignores_the_order_is_found_out(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = failing(0.3)
    sender.start(DJANGO_SETTINGS_MODULE=BROKEN)

    orders = orders_of(12)

    eventually(lambda: states("shop") == {"sent"}, 30)
    assert out_of_order(shop, orders) != {}


def test_a_sender_that_is_killed_loses_nothing_and_doubles_only_by_the_same_id(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = failing(0.1)
    first = sender.start()
    orders = orders_of(12)
    eventually(lambda: len(shop.tries) > 8)

    first.send_signal(signal.SIGKILL)
    first.wait(10)
    sender.start()

    eventually(lambda: states("shop") == {"sent"}, 30)
    assert out_of_order(shop, orders) == {}
    ids = {received.webhook_id for received in shop.accepted}
    assert len(ids) == 48
    for received in shop.accepted:
        twins = [r for r in shop.accepted if r.webhook_id == received.webhook_id]
        assert {twin.body for twin in twins} == {received.body}


def test_a_slow_receiver_holds_up_nobody_else(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("slow", shop.url)
    shop.answering = slowly(0.9)
    with receiver() as quick:
        quick.secret = admin.adds("quick", quick.url)
        sender.start()

        orders = orders_of(12)

        eventually(lambda: states("quick") == {"sent"}, 20)
        assert out_of_order(quick, orders) == {}
        assert deliveries("slow", state="pending"), "that takes ten seconds and more"


def test_what_happens_while_nobody_sends_is_sent_afterwards(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    orders = orders_of(2)
    assert states("shop") == {"pending"}

    sender.start()

    eventually(lambda: states("shop") == {"sent"})
    assert out_of_order(shop, orders) == {}
    assert endpoint("shop").failing_since is None
