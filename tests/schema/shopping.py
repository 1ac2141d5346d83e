"""Places an order, reads it back, and meets a refusal: a program that a client serves.

docs/how-to/generate-a-client.md shows it; the client is made by a public generator.
"""

import os
from uuid import UUID

from orders_client import AuthenticatedClient
from orders_client.api.command import confirm_order, create_order, ship_order
from orders_client.api.query import get_order, list_orders_of_customer
from orders_client.models import Conflict, NewItem, NewOrder, Order, Receipt


def main() -> None:
    client = AuthenticatedClient(
        base_url=os.environ["ORDERS_URL"], token=os.environ["ORDERS_TOKEN"]
    )
    with client:
        shop(client, UUID(os.environ["ORDERS_CUSTOMER"]))


def shop(client: AuthenticatedClient, customer_id: UUID) -> None:
    items = [NewItem(product_id="tea", quantity=2, price="3.50")]
    wanted = NewOrder(customer_id=customer_id, items=items)
    # The same key again would be answered the same, and nothing would happen twice.
    placed = create_order.sync(client=client, body=wanted, idempotency_key="basket-1")
    assert isinstance(placed, Receipt), placed

    # The token makes sure that what was just written is read, on whichever replica.
    order = get_order.sync(
        placed.order_id, client=client, consistency_token=placed.position
    )
    assert isinstance(order, Order), order
    print(order.order_number, order.status.value, f"{order.total:.2f}")

    orders = list_orders_of_customer.sync(
        customer_id, client=client, consistency_token=placed.position
    )
    assert isinstance(orders, list), orders
    print(len(orders), "of this customer")

    refused = ship_order.sync(placed.order_id, client=client)
    assert isinstance(refused, Conflict), refused
    print(refused.status, refused.type_, "is", refused.current_status)

    confirmed = confirm_order.sync(
        placed.order_id, client=client, if_match=f'"{placed.version}"'
    )
    assert isinstance(confirmed, Receipt), confirmed
    print("now", confirmed.status.value, "in version", confirmed.version)


if __name__ == "__main__":
    main()
