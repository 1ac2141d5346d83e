"""A new name for a customer with very many orders."""

from customers import directory
from orders_query.models import OrderReadModel
from orders_query.projector.renaming import PART
from tests.orders import ACTOR, an_order
from tests.people import a_customer
from tests.projected import catch_up


def test_it_is_written_in_parts_none_of_which_is_long():
    customer_id = a_customer("Ada Byron")
    for _ in range(2 * PART + 1):
        an_order(customer_id)
    catch_up()
    directory.change(customer_id, name="Ada Lovelace", actor=ACTOR)
    catch_up()

    rows = OrderReadModel.objects.using("query").filter(customer_id=customer_id)
    names = set(rows.values_list("customer_name", flat=True))
    with_writers = OrderReadModel.objects.using("query").raw(
        "select order_id, xmin::text as writer from orders_query_orderreadmodel"
        " where customer_id = %s",
        [customer_id],
    )
    sizes: dict[str, int] = {}
    for row in with_writers:
        sizes[row.writer] = sizes.get(row.writer, 0) + 1

    assert names == {"Ada Lovelace"}
    assert max(sizes.values()) <= PART
