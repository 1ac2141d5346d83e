"""A log that earlier releases have written, and one that the next one goes on with."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command import codec
from orders_command.codec import Entry
from orders_command.models import Event
from orders_query.verification import snapshots, verify
from tests.orders import ACTOR, an_order, confirmed, delivered
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up

ORDERS = "/api/query/orders"
OLD = {"carrier": "DHL", "tracking_number": "JD0146"}


def shipped_by_another_release(services, order_id: UUID, shape: int, data) -> None:
    """Append an event as that release did, hash and all, with the order's new state."""
    head = Event.objects.filter(order_id=order_id).latest("version")
    entry = Entry(
        id=uuid4(),
        stream_id=order_id,
        version=head.version + 1,
        type="OrderShipped",
        shape=shape,
        data=data,
        actor="system:tests",
        request_id="",
        occurred_at=datetime.now(UTC),
    )
    digest = codec.chain(bytes(head.hash), entry)
    row = {**vars(entry), "data": codec.canonical(data), "hash": digest}
    with psycopg.connect(services.environment()[OWNER_URLS[0]]) as log:
        log.execute(SHIP, {**row, "previous": bytes(head.hash)})


def differences():
    with snapshots(is_held=True) as taken:
        return [str(finding) for finding in verify(taken).findings]


def on_its_way(services, shape, data):
    customer_id = a_customer()
    order_id = confirmed(an_order(customer_id).order_id).order_id
    shipped_by_another_release(services, order_id, shape, data)
    delivered(order_id)
    catch_up()
    return customer_id, order_id


def test_an_entry_of_an_earlier_release_is_read_shown_and_verified(services):
    _, order_id = on_its_way(services, 1, OLD)

    clerk = desk_clerk()
    told = clerk.get(f"{ORDERS}/{order_id}").json()
    history = clerk.get(f"{ORDERS}/{order_id}/history").json()

    assert (told["status"], told["version"]) == ("DELIVERED", 4)
    assert (told["carrier"], told["trackingNumber"]) == ("DHL", "JD0146")
    assert history[2]["data"] == {"carrier": "DHL", "trackingNumber": "JD0146"}
    assert Event.objects.get(order_id=order_id, version=3).data == OLD
    assert differences() == []


def test_what_it_says_itself_is_hidden_after_an_erasure(services):
    customer_id, order_id = on_its_way(services, 1, OLD)
    directory.erase(customer_id, actor=ACTOR)
    catch_up()

    answers = [
        desk_clerk().get(f"{ORDERS}/{order_id}{more}").content
        for more in ("", "/history", "?version=3")
    ]

    assert not any(b"JD0146" in answer for answer in answers)
    assert differences() == []


@pytest.mark.parametrize("shape", [1, 2])
def test_entries_of_this_release_and_of_the_next_one_are_the_same(services, shape):
    _, order_id = on_its_way(services, shape, {})

    told = desk_clerk().get(f"{ORDERS}/{order_id}").json()

    assert (told["status"], told["carrier"]) == ("DELIVERED", None)
    assert differences() == []


SHIP = """
with logged as (
    insert into orders_command_event
      (id, order_id, version, type, shape, data, actor, request_id, occurred_at,
       previous_hash, hash)
    values (%(id)s, %(stream_id)s, %(version)s, %(type)s, %(shape)s, %(data)s,
            %(actor)s, %(request_id)s, %(occurred_at)s, %(previous)s, %(hash)s)
)
update orders_command_order
set status = 'SHIPPED', version = %(version)s, head_hash = %(hash)s,
    last_updated_at = %(occurred_at)s
where id = %(stream_id)s
"""
