"""Lists and single orders: filters, pages, tags, and who may see what."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from uuid import uuid4

import pytest

from orders_query import projector
from tests.orders import an_order, cancelled, confirmed, shipped
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up
from tests.turning import linked, numbers, pages

ORDERS = "/api/query/orders"
UNKNOWN = "0198c000-0000-7000-8000-000000000000"
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def clerk():
    return desk_clerk()


def test_an_order_in_full(clerk):
    customer_id = a_customer("Ada Lovelace")
    order = an_order(customer_id, note="Ring twice.", reference=f"r-{uuid4()}")
    shipped(confirmed(order.order_id).order_id)
    catch_up()

    answer = clerk.get(f"{ORDERS}/{order.order_id}")

    told = answer.json()
    assert set(told) == {
        *("orderId", "orderNumber", "reference", "customerId", "customerName"),
        *("customerEmail", "itemCount", "total", "currency", "status", "version"),
        *("createdAt", "lastUpdatedAt", "items", "note", "notes", "reason"),
        *("carrier", "trackingNumber"),
    }
    assert b'"total" : 7.00' in answer.content
    assert told["items"] == [
        {"productId": "tea", "quantity": 2, "price": 3.5, "total": 7.0}
    ]
    assert (told["customerName"], told["note"]) == ("Ada Lovelace", "Ring twice.")
    assert (told["status"], told["version"], told["carrier"]) == ("SHIPPED", 3, "DHL")
    assert told["createdAt"].endswith("Z")
    assert answer["ETag"].startswith('"3.')
    assert answer["Read-Source"] == "replica_1"


def test_the_history_of_an_order(clerk):
    order = an_order(a_customer())
    confirmed(order.order_id)
    catch_up()

    events = clerk.get(f"{ORDERS}/{order.order_id}/history").json()

    assert [(event["version"], event["type"]) for event in events] == [
        (1, "OrderCreated"),
        (2, "OrderConfirmed"),
    ]
    assert set(events[0]) == {"version", "type", "at", "actor", "position", "data"}
    assert events[0]["position"] == order.position
    assert events[0]["actor"] == "system:tests"


def test_a_customers_orders_newest_first(clerk):
    customer_id = a_customer()
    made = [an_order(customer_id).order_number for _ in range(3)]
    an_order(a_customer())
    catch_up()

    assert numbers(clerk.get(f"{ORDERS}/customer/{customer_id}")) == made[::-1]


def test_a_customer_without_orders_has_an_empty_list(clerk):
    customer_id = a_customer()
    catch_up()

    answer = clerk.get(f"{ORDERS}/customer/{customer_id}")

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    "path",
    [
        f"{ORDERS}/{UNKNOWN}",
        f"{ORDERS}/{UNKNOWN}/history",
        f"{ORDERS}/customer/{UNKNOWN}",
        f"/api/query/customers/{UNKNOWN}/summary",
    ],
)
def test_what_is_unknown_is_404_and_says_who_does_not_know_it(clerk, path):
    answer = clerk.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Read-Source"] == "query"
    assert answer["Consistency-Token"].isdecimal()


def test_pages_follow_one_another_without_loss_at_equal_times(clerk):
    customer_id = a_customer()
    made = [an_order(customer_id, at=MIDNIGHT) for _ in range(11)]
    newest_first = sorted(made, key=lambda order: order.order_id, reverse=True)
    catch_up()

    found = pages(clerk, f"{ORDERS}/customer/{customer_id}?limit=4")

    assert [len(page) for page in found] == [4, 4, 3]
    assert list(chain(*found)) == [order.order_number for order in newest_first]


@pytest.mark.parametrize("ordering", ["createdAt", "-lastUpdatedAt", "total", "-total"])
def test_pages_in_every_order(clerk, ordering):
    customer_id = a_customer()
    made = [an_order(customer_id).order_number for _ in range(5)]
    catch_up()
    url = f"{ORDERS}?customerId={customer_id}&limit=2&ordering={ordering}"

    found = list(chain(*pages(clerk, url)))

    assert sorted(found) == sorted(made)
    assert len(found) == 5


def test_a_page_is_as_long_as_its_limit_without_a_next_one(clerk):
    customer_id = a_customer()
    for _ in range(2):
        an_order(customer_id)
    catch_up()

    answer = clerk.get(f"{ORDERS}/customer/{customer_id}?limit=2")

    assert len(answer.json()) == 2
    assert "Link" not in answer


def test_filters(clerk):
    customer_id = a_customer(f"Xenia {uuid4().hex[:8]}")
    early = an_order(customer_id, at=MIDNIGHT)
    late = an_order(customer_id, at=MIDNIGHT + timedelta(days=1))
    gone = an_order(customer_id, reference=f"r-{uuid4()}")
    cancelled(gone.order_id)
    confirmed(late.order_id)
    catch_up()
    mine = f"{ORDERS}?customerId={customer_id}"
    wanted = {
        "&status=PENDING": {early},
        "&status=PENDING&status=CONFIRMED": {early, late},
        "&createdAfter=2026-03-02T00:00:00Z": {late, gone},
        "&createdBefore=2026-03-02T00:00:00Z": {early},
        "&createdBefore=2026-03-02T01:00:00%2B01:00": {early},
        "&minTotal=7&maxTotal=7.00": {early, late, gone},
        "&minTotal=7.01": set(),
        f"&ids={early.order_id},{late.order_id}": {early, late},
        f"&q={gone.order_number.lower()}": {gone},
        f"&q={late.order_id}": {late},
        "&q=tea": {early, late, gone},
        "&q=XENIA": {early, late, gone},
        "&q=%25%25%25": set(),
    }

    found = {query: set(numbers(clerk.get(mine + query))) for query in wanted}

    assert found == {
        query: {order.order_number for order in orders}
        for query, orders in wanted.items()
    }


@pytest.mark.parametrize(
    "query",
    [
        *("colour=red", "limit=0", "limit=201", "limit=x", "limit=1&limit=2"),
        *("status=pending", "customerId=me", "createdAfter=yesterday"),
        *("createdAfter=2026-02-30T00:00:00Z", "createdAfter=2026-03-01T00:00:00"),
        *("minTotal=1e3", "minTotal=-1", "ids=1,2", "ordering=name", "q="),
        *("cursor=x", "cursor=bnVsbA", "cursor=W10", "q=a%00b"),
    ],
)
def test_an_unknown_or_malformed_parameter_is_400(clerk, query):
    answer = clerk.get(f"{ORDERS}?{query}")

    assert answer.status_code == 400, answer.content
    name = query.split("=")[0]
    assert answer.json()["errors"][0]["pointer"] == f"?{name}"


def test_a_cursor_belongs_to_its_ordering(clerk):
    customer_id = a_customer()
    for _ in range(2):
        an_order(customer_id)
    catch_up()
    first = clerk.get(f"{ORDERS}?customerId={customer_id}&limit=1")
    cursor = linked(first, "next").split("cursor=")[1]

    answer = clerk.get(f"{ORDERS}?ordering=total&cursor={cursor}")

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["", "/history"])
def test_one_order_takes_no_unknown_parameter(clerk, path):
    answer = clerk.get(f"{ORDERS}/{uuid4()}{path}?colour=red")

    assert answer.status_code == 400


def test_what_is_known_already_is_304(clerk):
    customer_id = a_customer()
    order = an_order(customer_id)
    catch_up()
    for path in (f"{ORDERS}/{order.order_id}", f"{ORDERS}/customer/{customer_id}"):
        first = clerk.get(path)
        again = clerk.get(path, If_None_Match=first["ETag"])

        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert "Consistency-Token" in again
    confirmed(order.order_id)
    catch_up()
    assert clerk.get(path, If_None_Match=first["ETag"]).status_code == 200


def test_what_a_customers_orders_add_up_to(clerk):
    customer_id = a_customer()
    an_order(customer_id)
    cancelled(an_order(customer_id).order_id)
    catch_up()

    answer = clerk.get(f"/api/query/customers/{customer_id}/summary")

    told = answer.json()
    assert (told["orderCount"], told["openOrders"]) == (2, 1)
    assert b'"lifetimeValue" : 7.00' in answer.content
    assert told["currency"] == "USD"


def test_the_summary_of_a_customer_without_orders(clerk):
    customer_id = a_customer()
    catch_up()

    told = clerk.get(f"/api/query/customers/{customer_id}/summary").json()

    assert (told["orderCount"], told["lifetimeValue"]) == (0, 0)
    assert told["firstOrderAt"] is None


def test_sync_tells_how_far_everything_is(clerk):
    stands = catch_up(names=projector.PROJECTIONS)

    told = clerk.get("/api/query/sync").json()

    assert told["head"] == stands
    assert told["projections"] == [
        {
            "name": name,
            "position": stands,
            "head": stands,
            "eventsBehind": 0,
            "lagSeconds": 0.0,
            "parked": 0,
        }
        for name in ("orders", "sales", "webhooks")
    ]
    [replica] = told["replicas"]
    assert (replica["name"], replica["healthy"]) == ("replica_1", True)
    assert 0 <= replica["lagSeconds"] < 5
