"""Whoever watches sees that webhooks are being sent, with endpoints or without."""

import re
import time

from django.db import connections

from tests.people import administrator
from tests.waiting import eventually
from tests.webhooks.sending import Senders


def seen_at() -> float:
    text = administrator().get("/metrics").content.decode()
    found = re.search(r"^orders_webhook_sender_seen_seconds (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


def test_metrics_tell_when_a_sender_was_last_at_work(sender: Senders) -> None:
    with connections["query"].cursor() as cursor:
        cursor.execute("delete from orders_query_webhooksender")
    assert seen_at() == 0
    began = time.time()

    sender.start()

    first = eventually(seen_at)
    assert began - 1 < first < time.time() + 1
    assert eventually(lambda: seen_at() > first)
