"""Who may see what of the read side."""

from uuid import uuid4

from tests.orders import an_order
from tests.people import a_customer, analyst, linked_to, somebody
from tests.projected import catch_up

ORDERS = "/api/query/orders"


def test_who_may_see_what():
    customer_id = a_customer()
    own, others = an_order(customer_id), an_order(a_customer())
    catch_up()
    callers = {
        "analyst": analyst(),
        "customer": linked_to(customer_id),
        "nobody in particular": somebody(),
        "a writer": somebody("order desk", scopes=("write",)),
    }
    paths = {
        "own order": f"{ORDERS}/{own.order_id}",
        "own history": f"{ORDERS}/{own.order_id}/history",
        "another's order": f"{ORDERS}/{others.order_id}",
        "another's history": f"{ORDERS}/{others.order_id}/history",
        "own list": f"{ORDERS}/customer/{customer_id}",
        "another's list": f"{ORDERS}/customer/{uuid4()}",
        "another's filter": f"{ORDERS}?customerId={uuid4()}",
        "own summary": f"/api/query/customers/{customer_id}/summary",
        "sync": "/api/query/sync",
    }

    seen = {
        who: [caller.get(path).status_code for path in paths.values()]
        for who, caller in callers.items()
    }

    assert seen == {
        "analyst": [200, 200, 200, 200, 200, 404, 200, 200, 200],
        "customer": [200, 200, 404, 404, 200, 403, 403, 200, 403],
        "nobody in particular": [403] * 9,
        "a writer": [403] * 9,
    }


def test_a_customers_list_of_all_orders_is_of_their_own():
    customer_id = a_customer()
    own = an_order(customer_id)
    an_order(a_customer())
    catch_up()

    listed = linked_to(customer_id).get(ORDERS).json()

    assert [order["orderNumber"] for order in listed] == [own.order_number]
