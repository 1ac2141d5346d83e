"""A command database that only reads, in maintenance or demoted, is a 503."""

import logging
from contextlib import contextmanager

import pytest

from config.middleware import RequestIdFilter
from tests.maintenance import maintenance_of
from tests.orders import COMMANDS, order_body
from tests.people import a_customer, an_email, desk_clerk


@pytest.fixture
def maintenance(services):
    with maintenance_of(services):
        yield


def test_writes_are_503_with_retry_after(request):
    clerk, customer_id = desk_clerk(), a_customer()
    request.getfixturevalue("maintenance")

    answers = [
        clerk.post(COMMANDS, order_body(customer_id)),
        clerk.post("/api/customers", {"name": "Ada", "email": an_email()}),
    ]

    for answer in answers:
        assert answer.status_code == 503, answer.content
        assert answer.json()["type"].endswith("/unavailable")
        assert answer["Retry-After"] == "2"


def test_the_log_names_the_request_that_was_refused(request):
    clerk, customer_id = desk_clerk(), a_customer()
    request.getfixturevalue("maintenance")

    with logged() as lines:
        refused = clerk.post(COMMANDS, order_body(customer_id))

    assert refused.status_code == 503
    assert f"[{refused['X-Request-Id']}] Service Unavailable: {COMMANDS}" in lines


@contextmanager
def logged():
    """Collect what is logged, written as the console's handler writes it."""
    lines = []

    class Collecting(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Collecting()
    handler.setFormatter(logging.Formatter("[%(request_id)s] %(message)s"))
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
