"""Orders placed while the primary is lost and a standby takes over."""

import http.client
import threading
from dataclasses import dataclass

from tests.failover.cluster import Cluster, orders_of
from tests.waiting import eventually

WRITERS = 3
BEFORE, AFTER = 60, 10  # orders acknowledged on either side of the loss


@dataclass(frozen=True)
class Lost:
    """How many orders were acknowledged by the lost primary, and which are gone."""

    acknowledged: int
    missing: frozenset[str]


def synchronous(cluster: Cluster) -> None:
    """Let a commit wait until one of the standbys has it."""
    with cluster.servers.primary.connect() as primary:
        primary.execute(SYNCHRONOUS)
        primary.execute("select pg_reload_conf()")


def lose_the_primary(cluster: Cluster) -> Lost:
    """Kill -9 the primary under load, promote the furthest standby, and count."""
    customer_id = cluster.register()
    acknowledged: list[str] = []
    is_over = threading.Event()

    def place() -> None:
        while not is_over.is_set():
            try:
                status, _, body, _ = cluster.place(customer_id)
            except (OSError, http.client.HTTPException):
                continue
            if status == 201:
                acknowledged.append(body["orderId"])

    writers = [threading.Thread(target=place) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        eventually(lambda: len(acknowledged) > BEFORE, 60)
        cluster.kill_primary()
        standby = cluster.furthest_standby()
        cluster.promote(standby)
        before = len(acknowledged)
        eventually(lambda: len(acknowledged) > before + AFTER, 60)
    finally:
        is_over.set()
        for writer in writers:
            writer.join()
    return Lost(before, frozenset(acknowledged) - orders_of(standby))


SYNCHRONOUS = """
alter system set synchronous_standby_names = 'ANY 1 (replica_1, replica_2)'
"""
