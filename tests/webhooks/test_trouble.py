"""Receivers that are down, refuse, are gone or say nonsense; what is done about it."""

from datetime import timedelta
from urllib.request import Request, urlopen

from django.utils import timezone

from config.local.ports import HOST, free_ports
from orders_query.models import ParkedDecision, WebhookEndpoint
from tests.orders import an_order, confirmed, shipped
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, administrator, analyst
from tests.waiting import eventually
from tests.webhooks.administering import (
    Admin,
    deliveries,
    endpoint,
    states,
)
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver, receiver
from tests.webhooks.sending import Senders

FEW = {"WEBHOOK_WAITS": "0.02,0.02"}  # three tries


def test_a_receiver_that_is_down_gets_all_once_it_is_up(
    admin: Admin, sender: Senders
) -> None:
    (port,) = free_ports(1)
    secret = admin.adds("shop", f"http://{HOST}:{port}/")
    sender.start(WEBHOOK_WAITS=",".join(["0.1"] * 100))
    order_id = an_order(a_customer()).order_id
    confirmed(order_id)
    catch_up()
    eventually(lambda: endpoint("shop").failing_since)
    eventually(lambda: deliveries("shop")[0].outcome == "no connection")

    with receiver(port=port) as shop:
        shop.secret = secret
        eventually(lambda: shop.versions_of(order_id) == [1, 2])

        eventually(lambda: states("shop") == {"sent"})
        assert endpoint("shop").failing_since is None


def test_after_so_many_tries_it_is_parked_and_the_order_waits(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    ill, well = an_order(a_customer()).order_id, an_order(a_customer()).order_id
    shop.answering = lambda r: 500 if r.order_id == ill else 200
    confirmed(ill)
    catch_up()

    sender.start(**FEW)

    eventually(lambda: deliveries("shop", state="parked"))
    (parked,) = deliveries("shop", state="parked")
    assert (parked.order_id, parked.version, parked.tries) == (ill, 1, 3)
    assert parked.outcome == "answered 500"
    assert [r.version for r in shop.tries if r.order_id == ill] == [1, 1, 1]
    assert len({r.webhook_id for r in shop.tries if r.order_id == ill}) == 1
    eventually(lambda: shop.versions_of(well) == [1])
    page = text(signed_in(analyst()).get("/sync"))
    assert "shop Failing 1" in page
    assert "redeliver" in page


def test_what_is_parked_is_redelivered_from_the_admin_with_those_behind_it(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda _: 500
    order_id = an_order(a_customer()).order_id
    confirmed(order_id)
    catch_up()
    sender.start(**FEW)
    eventually(lambda: deliveries("shop", state="parked"))
    shop.answering = lambda _: 204

    told = admin.decides("redeliver", *deliveries("shop", state="parked"))

    assert "1 due again." in text(told)
    eventually(lambda: states("shop") == {"sent"})
    assert shop.versions_of(order_id) == [1, 2]


def test_all_that_is_parked_of_an_endpoint_is_redelivered_at_once(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda _: 500
    orders = [an_order(a_customer()).order_id for _ in range(3)]
    catch_up()
    sender.start(**FEW)
    eventually(lambda: len(deliveries("shop", state="parked")) == 3)
    shop.answering = lambda _: 200

    told = admin.does("redeliver", "shop")

    assert "3 parked deliveries are due again" in text(told)
    eventually(lambda: [shop.versions_of(o) for o in orders] == [[1]] * 3)


def test_skipping_needs_a_reason_is_kept_and_lets_the_order_go_on(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda r: 500 if r.version == 1 else 200
    order_id = an_order(a_customer()).order_id
    confirmed(order_id)
    catch_up()
    sender.start(**FEW)
    eventually(lambda: deliveries("shop", state="parked"))
    (parked,) = deliveries("shop", state="parked")
    assert "needs a reason" in text(admin.decides("skip", parked))

    told = admin.decides("skip", parked, reason="They know it.")

    assert "1 skipped." in text(told)
    eventually(lambda: shop.versions_of(order_id) == [2])
    kept = ParkedDecision.objects.using("query").get(stream_id=order_id)
    assert (kept.action, kept.reason, kept.projection) == (
        "skip",
        "They know it.",
        "webhooks",
    )


def test_who_is_gone_is_sent_nothing_more_and_made_up_for_when_back(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda _: 410
    order_id = an_order(a_customer()).order_id
    catch_up()
    sender.start()
    eventually(lambda: not endpoint("shop").enabled)
    assert endpoint("shop").disabled_because == "gone"
    confirmed(order_id)
    catch_up()
    assert [one.version for one in deliveries("shop")] == [1]
    shop.answering = lambda _: 200

    admin.changes("shop", enabled="on")
    shipped(order_id)
    catch_up()

    eventually(lambda: shop.versions_of(order_id) == [1, 2, 3])
    eventually(lambda: endpoint("shop").cursor is None)


def test_who_has_failed_for_days_is_disabled(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda _: 500
    long_ago = timezone.now() - timedelta(days=5, minutes=1)
    WebhookEndpoint.objects.using("query").update(
        failing_since=long_ago, last_failed_at=timezone.now() - timedelta(days=1)
    )
    an_order(a_customer())
    catch_up()

    sender.start()

    eventually(lambda: not endpoint("shop").enabled)
    assert endpoint("shop").disabled_because == "failing"
    assert "Disabled failing" in text(signed_in(analyst()).get("/sync"))


def test_a_failure_long_after_the_last_one_disables_nobody(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("quiet", shop.url)
    shop.answering = lambda _: 503
    now = timezone.now()
    WebhookEndpoint.objects.using("query").update(
        failing_since=now - timedelta(days=6), last_failed_at=now - timedelta(days=3)
    )
    an_order(a_customer())
    catch_up()

    sender.start(**FEW)

    eventually(lambda: states("quiet") == {"parked"})
    assert endpoint("quiet").enabled
    since = endpoint("quiet").failing_since
    assert since is not None
    assert since > now - timedelta(minutes=1)


def test_who_is_busy_is_left_in_peace_for_as_long_as_he_asks(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering, shop.headers = lambda _: 429, {"Retry-After": "3600"}
    an_order(a_customer())
    catch_up()
    sender.start()
    eventually(lambda: endpoint("shop").resting_until)

    an_order(a_customer())
    catch_up()
    eventually(lambda: len(deliveries("shop")) == 2)

    resting = endpoint("shop").resting_until
    assert resting is not None
    assert timedelta(minutes=59) < resting - timezone.now() < timedelta(minutes=61)
    first, second = deliveries("shop")
    assert first.due_at - timezone.now() > timedelta(minutes=59)
    assert second.tries == 0


def test_a_sender_that_gets_no_more_threads_goes_on_later(
    admin: Admin, sender: Senders, shop: Receiver
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    orders = [an_order(a_customer()).order_id for _ in range(3)]
    catch_up()

    sender.start(DJANGO_SETTINGS_MODULE="tests.webhooks.broken.crowded")

    eventually(lambda: [shop.versions_of(o) for o in orders] == [[1]] * 3)
    eventually(lambda: states("shop") == {"sent"})
    assert [one.tries for one in deliveries("shop")] == [1, 1, 1]


def test_metrics_tell_what_waits_and_what_was_tried(
    admin: Admin, sender: Senders, shop: Receiver, web: str
) -> None:
    shop.secret = admin.adds("shop", shop.url)
    shop.answering = lambda _: 500
    an_order(a_customer())
    catch_up()
    sender.start(**FEW, PROMETHEUS_MULTIPROC_DIR=str(metrics_of(sender)))
    eventually(lambda: deliveries("shop", state="parked"))

    def scraped() -> str:
        request = Request(f"{web}/metrics", headers=administrator().headers)
        with urlopen(request) as answer:
            return str(answer.read().decode())

    # It is counted when it is parked already.
    counted = 'orders_webhooks_total{outcome="parked"} 1.0'
    found = eventually(lambda: page if counted in (page := scraped()) else "")

    assert 'orders_webhooks_parked{endpoint="shop"} 1.0' in found
    assert 'orders_webhooks_pending{endpoint="shop"} 0.0' in found
    assert 'orders_webhooks_oldest_seconds{endpoint="shop"} 0.0' in found
    assert 'orders_webhook_endpoint_disabled{endpoint="shop"} 0.0' in found
    assert 'orders_webhooks_total{outcome="again"} 2.0' in found


def metrics_of(sender: Senders) -> object:
    return sender.log.parent / "metrics"
