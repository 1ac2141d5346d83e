"""Able to serve? Whatever is frozen, the answer comes soon, and leaves nothing open."""

import threading
import time

from django.test import Client

from tests.reading.test_frozen_replica import frozen
from tests.waiting import eventually


def ready():
    return Client().get("/healthz/ready")


def asking():
    return [t.name for t in threading.enumerate() if t.name.startswith("ready: ")]


def connected(services):
    """Return how many connections this run's own roles have to the primary."""
    with services.primary.connect() as owner:
        return owner.execute(
            "select count(*) from pg_stat_activity where usename like 'orders_%'"
        ).fetchone()[0]


def test_a_frozen_primary_is_named_within_three_seconds(services):
    assert ready().status_code == 200

    with frozen(services.primary):
        began = time.monotonic()
        response = ready()
        took = time.monotonic() - began

    parts = response.json()["parts"]
    assert response.status_code == 503
    assert took < 3
    assert parts["command database"]["status"] == "failing"
    assert parts["query database"]["status"] == "failing"
    assert parts["broker"] == parts["replica_1"] == {"status": "ok"}
    eventually(lambda: ready().status_code == 200)


def test_a_frozen_part_is_asked_by_one_thread_however_often_somebody_looks(services):
    with frozen(services.primary):
        lookers = [threading.Thread(target=ready) for _ in range(5)]
        for looker in lookers:
            looker.start()
        seen = [asking()]
        while any(looker.is_alive() for looker in lookers):
            seen.append(asking())
            lookers[0].join(0.01)

    assert any("ready: command database" in names for names in seen)
    assert all(len(names) == len(set(names)) for names in seen)
    eventually(lambda: not asking())


def test_looking_leaves_no_connection_open(services):
    ready()
    eventually(lambda: not asking())
    before = connected(services)

    for _ in range(5):
        ready()

    eventually(lambda: not asking())
    eventually(lambda: connected(services) <= before)
