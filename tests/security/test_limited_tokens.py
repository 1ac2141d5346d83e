"""A token limited to a customer: it sees and does nothing beyond that customer."""

from uuid import uuid4

import pytest

from orders_command.models import Event, Order
from tests.orders import COMMANDS, an_order, confirmed, order_body, shipped
from tests.people import (
    Caller,
    a_customer,
    administrator,
    analyst,
    desk_clerk,
    limited_to,
    linked_to,
    somebody,
)
from tests.projected import catch_up

ORDERS = "/api/query/orders"
CUSTOMERS = "/api/customers"


def statuses(caller: Caller, *paths: str) -> list[int]:
    return [caller.get(path).status_code for path in paths]


@pytest.mark.parametrize("make", [desk_clerk, administrator])
def test_it_reads_that_customers_own_things_and_no_others(make):
    own, other = a_customer(), a_customer()
    order, others = an_order(own), an_order(other)
    catch_up()
    limited = limited_to(own, make())

    mine = statuses(limited, *of_an_order(order), *of_a_customer(own))
    unknown = statuses(limited, *of_an_order(others), f"{CUSTOMERS}/{other}")
    refused = statuses(limited, *of_a_customer(other)[1:], *of_all(order))

    assert mine == [200] * len(mine)
    assert unknown == [404] * len(unknown)
    assert refused == [403] * len(refused)


def of_an_order(order):
    path = f"{ORDERS}/{order.order_id}"
    return path, f"{path}/history", f"{path}/changes"


def of_a_customer(customer_id):
    return (
        f"{CUSTOMERS}/{customer_id}",
        f"{ORDERS}/customer/{customer_id}",
        f"{ORDERS}?customerId={customer_id}",
        f"{ORDERS}/counts?customerId={customer_id}",
        f"/api/query/customers/{customer_id}/summary",
    )


def of_all(order):
    return (
        f"{ORDERS}/{order.order_id}/trace",
        "/api/query/sales/daily",
        "/api/query/sales/products",
        "/api/query/events",
        "/api/query/sync",
        CUSTOMERS,
        "/metrics",
    )


def test_its_lists_counts_and_searches_are_of_that_customer():
    own, other = a_customer(), a_customer("Grace Hopper")
    order, others = an_order(own), an_order(other)
    catch_up()
    limited = limited_to(own, desk_clerk())

    def found(query: str) -> list[str]:
        return [o["orderNumber"] for o in limited.get(f"{ORDERS}?{query}").json()]

    assert found("") == [order.order_number]
    assert found(f"ids={order.order_id},{others.order_id}") == [order.order_number]
    for q in ("Grace Hopper", others.order_number, str(others.order_id)):
        assert found(f"q={q}") == []
    assert limited.get(f"{ORDERS}/counts").json() == {"PENDING": 1}


def test_a_cursor_of_somebody_who_sees_all_leads_to_its_own_orders_only():
    own = a_customer()
    order = an_order(own)
    for _ in range(3):
        an_order(a_customer())
    catch_up()
    clerk = desk_clerk()
    following = clerk.get(f"{ORDERS}?limit=1")["Link"].partition(">")[0].lstrip("<")

    page = limited_to(own, clerk).get(following)

    assert [o["orderNumber"] for o in page.json()] == [order.order_number]


def test_a_tag_of_somebody_elses_order_is_not_confirmed():
    others = an_order(a_customer())
    catch_up()
    clerk, path = desk_clerk(), f"{ORDERS}/{others.order_id}"
    tag = clerk.get(path)["ETag"]

    answer = limited_to(a_customer(), clerk).get(path, If_None_Match=tag)

    assert answer.status_code == 404
    assert "ETag" not in answer


def test_changes_that_it_follows_are_of_that_customer():
    own = a_customer()
    limited = limited_to(own, desk_clerk())
    before = limited.get(f"{ORDERS}/changes")["Link"].partition(">")[0].lstrip("<")
    order = an_order(own)
    an_order(a_customer())
    catch_up()

    told = limited.get(before).json()
    streamed = limited.get(before, Accept="text/event-stream").content.decode()

    assert [change["orderId"] for change in told] == [str(order.order_id)]
    assert streamed.count("data: ") == 1


def test_it_commands_that_customers_orders_as_its_user_may():
    own = a_customer()
    limited = limited_to(own, desk_clerk())

    placed = limited.post(COMMANDS, order_body(own)).json()
    url = f"{COMMANDS}/{placed['orderId']}"
    steps = [limited.post(f"{url}/{s}").status_code for s in ("confirm", "cancel")]

    assert steps == [200, 200]
    assert Order.objects.get(pk=placed["orderId"]).status == "CANCELLED"


@pytest.mark.parametrize("step", ["confirm", "ship", "deliver", "cancel"])
def test_an_order_of_somebody_else_is_as_unknown_as_one_that_there_is_not(step):
    others = an_order(a_customer())
    if step in {"ship", "deliver"}:
        confirmed(others.order_id)
    if step == "deliver":
        shipped(others.order_id)
    before = Event.objects.filter(order_id=others.order_id).count()
    limited = limited_to(a_customer(), desk_clerk())

    def told(order_id: object, **headers: str) -> tuple[int, dict[str, object]]:
        answer = limited.post(f"{COMMANDS}/{order_id}/{step}", **headers)
        return answer.status_code, {**answer.json(), "requestId": ""}

    assert told(others.order_id) == told(uuid4())
    assert told(others.order_id, If_Match='"9"') == told(uuid4(), If_Match='"9"')
    assert told(others.order_id)[0] == 404
    assert Event.objects.filter(order_id=others.order_id).count() == before


def test_an_order_for_somebody_else_is_refused_as_for_an_unknown_customer():
    other = a_customer()
    limited = limited_to(a_customer(), desk_clerk())

    def told(customer_id: object) -> tuple[int, dict[str, object]]:
        answer = limited.post(COMMANDS, order_body(customer_id))
        return answer.status_code, {**answer.json(), "requestId": ""}

    assert told(other) == told(uuid4())
    assert told(other)[0] == 422
    assert told(other)[1]["errors"][0]["pointer"] == "/customerId"
    assert not Order.objects.filter(customer_id=other).exists()


def test_a_key_of_the_same_user_replays_nothing_of_somebody_else():
    clerk, key, body = desk_clerk(), str(uuid4()), order_body(a_customer())
    placed = clerk.post(COMMANDS, body, Idempotency_Key=key).json()
    url = f"{COMMANDS}/{placed['orderId']}/confirm"
    assert clerk.post(url, Idempotency_Key=f"{key}-2").status_code == 200

    limited = limited_to(a_customer(), clerk)
    again = limited.post(COMMANDS, body, Idempotency_Key=key)
    step_again = limited.post(url, Idempotency_Key=f"{key}-2")

    assert (again.status_code, step_again.status_code) == (422, 404)
    assert placed["orderNumber"] not in f"{again.content!r} {step_again.content!r}"


def test_a_key_of_the_same_user_replays_what_is_of_that_customer():
    own, clerk, key = a_customer(), desk_clerk(), str(uuid4())
    first = clerk.post(COMMANDS, order_body(own), Idempotency_Key=key)

    again = limited_to(own, clerk).post(COMMANDS, order_body(own), Idempotency_Key=key)

    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"


def test_it_changes_and_erases_nobody():
    own = a_customer()
    limited = limited_to(own, administrator())

    assert limited.post(CUSTOMERS, {}).status_code == 403
    assert limited.send("PATCH", f"{CUSTOMERS}/{own}", {}).status_code == 403
    assert limited.send("DELETE", f"{CUSTOMERS}/{own}").status_code == 403
    assert limited.get(f"{CUSTOMERS}/{own}").json()["name"] == "Ada Lovelace"


def test_it_gives_its_user_nothing_that_the_user_may_not():
    own, other = a_customer(), a_customer()
    order = an_order(own)
    catch_up()
    paths = f"{ORDERS}/{order.order_id}", f"{CUSTOMERS}/{own}", ORDERS

    assert statuses(limited_to(own, linked_to(own)), *paths) == [200, 200, 200]
    assert statuses(limited_to(own, analyst()), *paths) == [200, 403, 200]
    assert statuses(limited_to(own, linked_to(other)), *paths) == [403, 403, 403]
    assert statuses(limited_to(own, somebody()), *paths) == [403, 403, 403]


def test_me_says_what_the_token_is_limited_to():
    own = a_customer()

    told = limited_to(own, desk_clerk()).get("/api/me").json()

    assert told["customerId"] == str(own)
    assert told["roles"] == ["order desk"]
