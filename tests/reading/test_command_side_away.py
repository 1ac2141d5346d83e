"""With the command database away commands are 503 at once, and reads go on."""

import time
from contextlib import contextmanager

from django.db import connections

from tests.orders import COMMANDS, an_order, order_body
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up


@contextmanager
def command_database_away():
    """Point this process's connection to a port where nobody listens."""
    default = connections["default"]
    known = default.settings_dict["PORT"]
    default.close()
    default.settings_dict["PORT"] = 1
    try:
        yield
    finally:
        default.close()
        default.settings_dict["PORT"] = known


def test_commands_are_503_and_reads_go_on(settings):
    settings.TOKEN_CACHE_SECONDS = 0
    clerk, customer_id = desk_clerk(), a_customer()
    order = an_order(customer_id)
    catch_up()
    url = f"/api/query/orders/{order.order_id}"
    token = {"Consistency_Token": str(order.position)}
    assert clerk.get(url, **token).status_code == 200

    with command_database_away():
        began = time.monotonic()
        refused = clerk.post(COMMANDS, order_body(customer_id))
        took = time.monotonic() - began
        read = clerk.get(url, **token)
        listed = clerk.get("/api/query/orders?limit=1")
        sync = clerk.get("/api/query/sync")
        stranger = clerk.client.get(url, headers={"Authorization": "Bearer unknown"})

    assert refused.status_code == 503
    assert refused["Retry-After"] == "2"
    assert took < 3
    assert (read.status_code, read["Read-Source"]) == (200, "replica_1")
    assert listed.status_code == 200
    assert sync.json()["head"] is None
    assert stranger.status_code == 503
    assert clerk.post(COMMANDS, order_body(customer_id)).status_code == 201
