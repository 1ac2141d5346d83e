"""Endpoints that are behind are brought on, whatever waits and whoever brings them."""

import pytest

from config.local.embedded import Embedded
from orders_query.models import ParkedDecision
from orders_query.webhooks import filling
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer
from tests.projection.damage import unknown_type
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, endpoint, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders

NOWHERE = "http://127.0.0.1:9/"


def test_a_replay_goes_on_though_more_waits_than_is_given_at_once(
    admin: Admin, sender: Senders, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "MOST_PENDING", 2)
    shop.secret = admin.adds("shop", shop.url)
    order = an_order(a_customer())
    confirmed(order.order_id)
    shipped(order.order_id)
    catch_up()
    admin.does("replay", "shop", position=str(order.position - 1))

    assert filling.fill(), "what waits beyond the cursor is sent by nobody before"

    assert endpoint("shop").cursor is None
    sender.start()
    eventually(lambda: shop.versions_of(order.order_id) == [1, 2, 3])


def test_no_more_is_given_while_much_waits_that_can_be_sent(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "MOST_PENDING", 2)
    monkeypatch.setattr(filling, "BATCH", 2)
    order = an_order(a_customer())
    confirmed(order.order_id)
    shipped(order.order_id)
    catch_up()
    admin.adds("shop", NOWHERE, after=str(order.position - 1))

    assert [filling.fill(), filling.fill()] == [True, False]

    assert [one.version for one in deliveries("shop")] == [1, 2]
    assert endpoint("shop").cursor is not None


def test_an_event_that_only_a_later_release_knows_is_parked_and_not_passed_over(
    admin: Admin, sender: Senders, shop: Receiver, services: Embedded
) -> None:
    order = an_order(a_customer())
    confirmed(order.order_id)
    shipped(order.order_id)
    catch_up()
    with unknown_type(services, order.order_id, 2):
        shop.secret = admin.adds("behind", shop.url, after=str(order.position - 1))
        sender.start()
        eventually(lambda: endpoint("behind").cursor is None)
        eventually(lambda: shop.versions_of(order.order_id) == [1])
        (parked,) = deliveries("behind", state="parked")
        assert (parked.version, parked.type) == (2, "order.teleported")
        assert parked.outcome == "unreadable"

    admin.does("redeliver", "behind")

    eventually(lambda: shop.versions_of(order.order_id) == [1, 2, 3])
    eventually(lambda: states("behind") == {"sent"})


def test_what_an_older_sender_could_not_read_is_sent_by_a_newer_one(
    admin: Admin, sender: Senders, shop: Receiver, services: Embedded
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    order = an_order(a_customer())
    confirmed(order.order_id)
    catch_up()
    with unknown_type(services, order.order_id, 1):
        sender.start()
        eventually(lambda: deliveries("shop", state="parked"))
        sender.end()

    sender.start()

    eventually(lambda: shop.versions_of(order.order_id) == [1, 2])
    kept = ParkedDecision.objects.using("query").get(stream_id=order.order_id)
    assert (kept.actor, kept.action) == ("system:upgrade", "retry")
