"""Endpoints of a test are gone after it: other tests' events are for nobody."""

from collections.abc import Iterator

import pytest
from django.db import connections

from config.local.embedded import Embedded
from tests.webhooks.administering import Admin
from tests.webhooks.noted import catch_up
from tests.webhooks.receiving import Receiver, receiver
from tests.webhooks.sending import Senders, senders


@pytest.fixture
def admin(request: pytest.FixtureRequest, settings: object) -> Iterator[Admin]:
    """Let a test make endpoints on this machine, which is no place for them else."""
    settings.WEBHOOK_ALLOW_PRIVATE = True  # type: ignore[attr-defined]
    catch_up()
    yield Admin()
    with connections["query"].cursor() as cursor:
        cursor.execute("delete from orders_query_webhookendpoint")
        cursor.execute("delete from orders_query_webhookdelivery")


@pytest.fixture
def sender(services: Embedded) -> Iterator[Senders]:
    with senders(services) as started:
        yield started


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening
