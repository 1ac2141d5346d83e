"""Whoever has much to make up for does not keep those waiting whom people look at."""

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from orders_command import feed
from orders_query import projector
from orders_query.projection import stored
from orders_query.projector import ORDERS, WEBHOOKS
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up, checkpoint


@pytest.fixture
def webhooks_far_behind(services):
    """Let them be forty orders behind, and begin carefully, in small batches."""
    customer_id = a_customer()
    catch_up(names=projector.PROJECTIONS)
    stood_at = checkpoint(projection=WEBHOOKS)
    for _ in range(40):
        an_order(customer_id)
    catch_up(names=projector.PROJECTIONS)
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(SET_BACK, [stood_at, feed.hash_at(stood_at), stored(WEBHOOKS)])
    return customer_id


def test_an_order_is_visible_before_webhooks_have_caught_up(webhooks_far_behind):
    steps, placed = [], []

    def look(name, step):
        steps.append((name, step.position))
        if len([n for n, _ in steps if n == WEBHOOKS]) == 3 and not placed:
            placed.append(an_order(webhooks_far_behind).position)

    projector.catch_up(on_step=look)

    [position] = placed
    came = [name for name, stands_at in steps if stands_at >= position]
    assert came[0] == ORDERS
    assert WEBHOOKS in came


SET_BACK = """
update orders_query_checkpoint set position = %s, hash = %s, tries = 1 where name = %s
"""
