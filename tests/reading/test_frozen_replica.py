"""A replica that is frozen, not dead, holds its readers up for a moment only."""

import signal
import time
from contextlib import contextmanager, suppress

import psutil

from orders_query import health
from tests.orders import an_order
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up
from tests.waiting import eventually


@contextmanager
def frozen(server):
    """Stop every process of a server, without ending one."""
    pid_file = server.folder / "postmaster.pid"
    postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
    processes = [postmaster, *postmaster.children(recursive=True)]
    _send(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(processes, signal.SIGCONT)


def _send(processes, number):
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a connection's own, which has ended
            process.send_signal(number)


def test_the_read_primary_answers_for_a_frozen_replica(services):
    clerk, order = desk_clerk(), an_order(a_customer())
    catch_up()
    url = f"/api/query/orders/{order.order_id}"
    assert clerk.get(url)["Read-Source"] == "replica_1"

    with frozen(services.replica):
        began = time.monotonic()
        sources = [clerk.get(url)["Read-Source"] for _ in range(5)]
        took = time.monotonic() - began
        is_out = not health.is_in_rotation("replica_1")

    assert sources == ["query"] * 5
    # Out within a second: the first reader waits for that, the others for nothing.
    assert is_out
    assert took < 2
    eventually(lambda: clerk.get(url)["Read-Source"] == "replica_1")
