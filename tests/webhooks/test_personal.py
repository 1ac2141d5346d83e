"""No word of a person is kept for a webhook, and no secret is in any log."""

from uuid import uuid4

from django.db import connections

from customers import directory
from orders_command.domain.commands import AddNote, Remark, ShipOrder
from orders_command.handlers import handle, new_shipment
from tests.orders import ACTOR, an_order, cancelled, confirmed
from tests.people import a_customer
from tests.waiting import eventually
from tests.webhooks.administering import Admin, deliveries, states
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver
from tests.webhooks.sending import Senders


def test_what_is_erased_is_in_no_redelivery(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    mark = f"parcel-{uuid4().hex}"
    shop.secret = admin.adds("shop", shop.url, types=["order.shipped"])
    customer_id = a_customer()
    order_id = an_order(customer_id).order_id
    confirmed(order_id)
    shipment = new_shipment(carrier="DHL", tracking_number=mark)
    handle(ShipOrder(order_id=order_id, shipment=shipment), actor=ACTOR)
    catch_up()
    sender.start()
    eventually(lambda: states("shop") == {"sent"})
    assert shop.accepted[0].content["data"]["trackingNumber"] == mark
    assert mark not in kept()

    directory.erase(customer_id, actor=ACTOR)
    catch_up()
    admin.decides("redeliver", *deliveries("shop"))

    eventually(lambda: len(shop.accepted) == 2)
    assert shop.accepted[1].webhook_id == shop.accepted[0].webhook_id
    assert "trackingNumber" not in shop.accepted[1].content["data"]
    assert mark.encode() not in shop.accepted[1].body


def test_no_note_and_no_reason_is_sent(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    """Nobody could take it back from there."""
    mark = f"words-{uuid4().hex}"
    shop.secret = admin.adds("shop", shop.url)
    order_id = an_order(a_customer(), note=f"{mark} placed").order_id
    note = Remark(id=uuid4(), text=f"{mark} added")
    handle(AddNote(order_id=order_id, note=note), actor=ACTOR)
    cancelled(order_id, f"{mark} cancelled")
    catch_up()

    sender.start()

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3])
    assert not any(mark.encode() in received.body for received in shop.tries)


def test_why_somebody_skipped_something_goes_with_the_person(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    mark = f"asked by {uuid4().hex}"
    admin.adds("shop", shop.url)
    customer_id = a_customer()
    an_order(customer_id)
    catch_up()
    admin.decides("skip", *deliveries("shop"), reason=mark)
    assert mark in kept()

    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    assert mark not in kept()


def test_no_log_has_the_secret_or_the_url(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    token = uuid4().hex
    shop.secret = admin.adds("shop", f"{shop.url}&key={token}")
    shop.answering = lambda _: 500
    an_order(a_customer())
    catch_up()
    sender.start(WEBHOOK_WAITS="0.02", LOG_LEVEL="DEBUG")
    eventually(lambda: states("shop") == {"parked"})

    logs = [path.read_text() for path in sender.log.parent.glob("*.log")]

    assert any("to shop is parked: answered 500" in log for log in logs)
    for secret in (shop.secret, shop.secret.removeprefix("whsec_"), token):
        assert not any(secret in log for log in logs)


def kept() -> str:
    """Return all that the database keeps for webhooks, as text."""
    with connections["query"].cursor() as cursor:
        cursor.execute(
            "select string_agg(d::text, ' ') from orders_query_webhookdelivery d"
        )
        (found,) = cursor.fetchone()
        cursor.execute(
            "select string_agg(d::text, ' ') from orders_query_parkeddecision d"
        )
        return f"{found} {cursor.fetchone()[0]}"
