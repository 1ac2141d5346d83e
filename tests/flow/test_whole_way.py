"""The whole way over HTTP: web server, broker, worker, projector, replica."""

import json
import signal
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import psutil
import pytest

from tests.orders import order_body
from tests.people import a_customer, desk_clerk
from tests.waiting import eventually


class Api:
    """A stranger with a token and urllib."""

    def __init__(self, address):
        self._address, self._token = address, desk_clerk().token

    def call(self, path, body=None, **headers):
        request = urllib.request.Request(
            f"{self._address}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return answer.status, answer.headers, json.loads(answer.read())


@pytest.fixture
def api(web):
    return Api(web)


def test_an_order_is_read_back_from_the_replica_with_its_customers_name(api):
    customer_id = a_customer("Ada Lovelace")
    _, headers, receipt = api.call("/command/orders", order_body(customer_id))

    status, answered, order = api.call(
        f"/query/orders/{receipt['orderId']}",
        Consistency_Token=headers["Consistency-Token"],
    )

    assert (status, answered["Read-Source"]) == (200, "replica_1")
    assert (order["customerName"], order["version"]) == ("Ada Lovelace", 1)


def test_the_projection_follows_without_anybody_asking(api):
    customer_id = a_customer()
    for _ in range(20):
        api.call("/command/orders", order_body(customer_id))

    def listed():
        _, _, orders = api.call(f"/query/orders/customer/{customer_id}")
        return len(orders) == 20

    eventually(listed)


def test_a_rename_reaches_the_replica(api):
    customer_id = a_customer("Ada Byron")
    _, _, receipt = api.call("/command/orders", order_body(customer_id))
    desk_clerk().send("PATCH", f"/api/customers/{customer_id}", {"name": "Countess"})

    def renamed():
        _, _, order = api.call(f"/query/orders/{receipt['orderId']}")
        return order.get("customerName") == "Countess"

    eventually(renamed)


@contextmanager
def frozen_broker(services):
    [valkey] = [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if "valkey-server" in (process.info["name"] or "")
        and str(services.var_dir) in " ".join(_words_of(process))
    ]
    valkey.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        valkey.send_signal(signal.SIGCONT)


def _words_of(process):
    return [*process.info["cmdline"], process.cwd()]


def test_a_frozen_broker_fails_no_command_and_loses_nothing(api, services):
    customer_id = a_customer()
    with frozen_broker(services):
        began = time.monotonic()
        statuses = [
            api.call("/command/orders", order_body(customer_id))[0] for _ in range(20)
        ]
        took = time.monotonic() - began

    assert statuses == [201] * 20
    assert took < 4  # one publish to a silent broker alone takes 4.6 s and more

    def complete():
        _, _, orders = api.call(f"/query/orders/customer/{customer_id}")
        return len(orders) == 20

    eventually(complete, timeout=20)
