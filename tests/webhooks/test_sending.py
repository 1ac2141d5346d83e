"""What happens to an order arrives at who wants to know it: signed, once, in order."""

import json
from uuid import UUID

from orders_query import tasks
from orders_query.projection import WEBHOOK_TYPES
from tests.orders import an_order, cancelled, confirmed, delivered, shipped
from tests.people import a_customer, administrator
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, endpoint, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders


def a_whole_life() -> UUID:
    order_id = an_order(a_customer(), reference=None).order_id
    confirmed(order_id)
    shipped(order_id)
    delivered(order_id)
    return order_id


def test_each_event_arrives_verified_and_in_order(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    sender.start()

    order_id = a_whole_life()
    catch_up()

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3, 4])
    assert [r.content["type"] for r in shop.accepted] == [
        "order.created",
        "order.confirmed",
        "order.shipped",
        "order.delivered",
    ]
    assert shop.forged == []
    assert len(shop.tries) == 4
    eventually(lambda: states("shop") == {"sent"})


def test_a_webhook_says_what_the_log_for_integrators_says(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    sender.start()

    order_id = a_whole_life()
    end = catch_up()

    eventually(lambda: len(shop.accepted) == 4)
    listed = administrator().get(f"/api/query/events?after={end - 4}").json()
    for received, event in zip(shop.accepted, listed, strict=True):
        assert received.path == "/orders?shop=1"
        assert received.webhook_id == f"msg_{order_id.hex}_{event['position']}"
        data = received.content["data"]
        assert received.content["timestamp"] == event["at"]
        assert received.content["type"] == WEBHOOK_TYPES[event["type"]]
        assert data["orderNumber"] == listed[0]["data"]["orderNumber"]
        assert {**event["data"], **data} == data
        for name in ("orderId", "version", "position", "actor"):
            assert data[name] == event[name]
        assert json.loads(received.body) == received.content
    assert b'"price":3.50' in shop.accepted[0].body, "money keeps its digits"


def test_an_endpoint_gets_the_types_that_it_wants(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url, types=["order.cancelled"])
    sender.start()
    order_id = an_order(a_customer()).order_id
    cancelled(order_id, "Too late.")
    catch_up()

    eventually(lambda: states("shop") == {"sent"})

    assert [r.content["type"] for r in shop.tries] == ["order.cancelled"]
    assert "Too late" not in shop.tries[0].body.decode(), "the reason's id at most"


def test_what_was_there_before_is_not_sent_to_who_begins_now(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    before = an_order(a_customer())
    catch_up()
    shop.secret = admin.adds("shop", shop.url)
    after = an_order(a_customer())
    catch_up()

    sender.start()

    eventually(lambda: shop.versions_of(after.order_id) == [1])
    assert shop.versions_of(before.order_id) == []


def test_who_wants_the_past_gets_it_in_order_and_the_present_after_it(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    order = an_order(a_customer())
    confirmed(order.order_id)
    catch_up()
    shop.secret = admin.adds("shop", shop.url, after=str(order.position - 1))
    shipped(order.order_id)
    catch_up()

    sender.start()

    eventually(lambda: shop.versions_of(order.order_id) == [1, 2, 3])
    eventually(lambda: endpoint("shop").cursor is None)
    assert [r.version for r in shop.tries] == [1, 2, 3]


def test_each_try_is_kept_to_the_end_and_then_forgotten(
    admin: Admin, sender: Senders, shop: Receiver, settings: object
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    an_order(a_customer())
    catch_up()
    sender.start()
    eventually(lambda: states("shop") == {"sent"})
    tasks.forget_sightings()
    assert len(deliveries("shop")) == 1

    settings.WEBHOOK_KEPT_DAYS = 0  # type: ignore[attr-defined]
    tasks.forget_sightings()

    assert deliveries("shop") == []
