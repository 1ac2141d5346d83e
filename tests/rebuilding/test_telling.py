"""A rebuild tells that what somebody wrote differs, never what it says."""

from tests.orders import an_order, noted
from tests.people import a_customer
from tests.projected import catch_up

WORDS = "Ring at the neighbour's."
RETELL = """
update orders_query_orderhistory set data = jsonb_set(data, '{note}', '"Wrong words."')
where order_id = %s and version = 2
"""


def test_a_note_that_differs_is_not_told(rebuild, owner):
    order = an_order(a_customer())
    noted(order.order_id, WORDS)
    catch_up()
    owner.execute(RETELL, [order.order_id])

    shown = rebuild("orders")

    assert shown.status == 0
    assert f"order_id {order.order_id}, version 2: data differs" in shown.printed
    assert WORDS not in shown.printed
    assert "Wrong words." not in shown.printed
