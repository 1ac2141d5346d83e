"""The worker compares a sample with the log by itself, and says what it found."""

import logging

from orders_query import queries, verification
from orders_query.models import Verification
from tests.orders import an_order
from tests.people import a_customer, administrator
from tests.projected import catch_up
from tests.waiting import eventually

READ = "orders_query_orderreadmodel"


def kept():
    return Verification.objects.using("query").order_by("-id").first()


def has_found(order_id):
    findings = verification.verify_sample().findings
    return any(f.stream_id == order_id for f in findings[:10])


def test_a_sound_sample_is_kept_and_shown(settings):
    settings.VERIFY_SAMPLE = 50
    an_order(a_customer())
    catch_up()

    report = verification.verify_sample()

    assert (kept().orders, kept().differences) == (report.orders, 0)
    assert queries.last_verification()["differences"] == 0
    scraped = administrator().get("/metrics").content.decode()
    assert "orders_verification_differences 0.0" in scraped


def test_a_difference_raises_the_alarm_without_a_persons_words(
    vandal, settings, caplog
):
    settings.VERIFY_SAMPLE = 2_500  # it has to come by this order
    settings.REPLICAS = []
    order = an_order(a_customer("Ada Lovelace"))
    catch_up()
    where = f"order_id = '{order.order_id}'"
    with (
        caplog.at_level(logging.ERROR),
        vandal.changes(READ, where, customer_name="Eve", total=8),
    ):
        eventually(lambda: has_found(order.order_id), 30)

    found = kept()
    assert found.differences >= 1
    told = " ".join([*found.findings, *caplog.messages])
    assert f"order {order.order_id}" in told
    assert "Eve" not in told
    assert "Ada" not in told
    signed_in = administrator()
    signed_in.client.force_login(
        signed_in.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    assert "Differs" in signed_in.client.get("/sync").content.decode()


def test_the_worker_does_it_in_the_background(services):
    before = kept()
    an_order(a_customer())
    catch_up()

    verification.sample_in_background()

    eventually(lambda: kept() != before)
