"""The primary is lost and a standby is promoted: nothing is restarted."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.local.ports import HOST
from tests.failover.cluster import Cluster, first_column
from tests.failover.losing import lose_the_primary, synchronous
from tests.waiting import eventually

pytestmark = [pytest.mark.no_services, pytest.mark.timeout(240)]

APART = 1_000_000


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix="orders-failover-"))
    log = home / "processes.log"
    with log.open("w") as written:
        made = Cluster.start(home, written)
        try:
            yield made
        finally:
            made.end()
            sys.stdout.write(log.read_text()[-6000:])  # shown with a failed test
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def reading(cluster: Cluster, path: str) -> Iterator[list[int]]:
    """Read one order again and again, and collect the statuses."""
    statuses: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.wait(0.02):
            statuses.append(cluster.ask("GET", path)[0])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield statuses
    finally:
        is_over.set()
        reader.join()


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_the_product_follows_a_promotion(cluster: Cluster, how: str) -> None:
    customer_id = cluster.register()
    status, headers, placed, _ = cluster.place(customer_id)
    assert status == 201
    path = f"/api/query/orders/{placed['orderId']}"
    seen = {"Consistency-Token": headers["consistency-token"]}
    eventually(lambda: cluster.ask("GET", path, **seen)[0] == 200)
    browser = cluster.signed_in()

    with reading(cluster, path) as statuses:
        cluster.kill_primary() if how == "killed" else cluster.freeze_primary()
        refused = [cluster.place(customer_id) for _ in range(3)]
        stranger = {"Authorization": f"Bearer {cluster.unused_token}"}
        unknown_before = cluster.ask("GET", path, **stranger)
        with browser.open(f"http://{HOST}:{cluster.port}/orders", timeout=20) as page:
            page.read()
        read_meanwhile = len(statuses)
        standby = cluster.furthest_standby()
        cluster.promote(standby)
        after = eventually(lambda: created(cluster, customer_id), 60)
        eventually(lambda: len(statuses) > read_meanwhile + 5, 30)

    assert [status for status, *_ in refused] == [503] * 3
    assert all(told["retry-after"] for _, told, *_ in refused)
    assert max(seconds for *_, seconds in refused) < 3
    assert set(statuses) == {200}
    assert unknown_before[0] == 200
    assert (page.status, page.url.endswith("/orders")) == (200, True)
    assert after["position"] > placed["position"] + APART
    shown = f"/api/query/orders/{after['orderId']}"
    token = {"Consistency-Token": str(after["position"])}
    eventually(lambda: projected(standby) >= after["position"], 60)
    assert cluster.ask("GET", shown, **token)[0] == 200


def created(cluster: Cluster, customer_id: str):
    status, _, body, _ = cluster.place(customer_id)
    return body if status == 201 else None


def projected(server) -> int:
    question = "select min(position) from orders_query_checkpoint"
    return int(first_column(server, question, database="query"))


def test_with_one_synchronous_standby_no_acknowledged_order_is_lost(
    cluster: Cluster,
) -> None:
    synchronous(cluster)

    lost = lose_the_primary(cluster)

    assert lost.acknowledged > 60
    assert lost.missing == set()
