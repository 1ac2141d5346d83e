"""Ready-made events and commands, one good example of each."""

from decimal import Decimal
from uuid import UUID

from orders_command.domain.commands import (
    AddNote,
    AmendItems,
    CancelOrder,
    ConfirmOrder,
    CreateOrder,
    DeliverOrder,
    Remark,
    ShipOrder,
)
from orders_command.domain.shipments import text_of
from orders_command.events import (
    Item,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderItemsAmended,
    OrderNoteAdded,
    OrderShipped,
)

ORDER = UUID(int=1)
CUSTOMER = UUID(int=2)
SOMEBODY_ELSE = UUID(int=3)
NOTE = Remark(id=UUID(int=4), text="Ring twice.")
REASON = Remark(id=UUID(int=5), text="Too late.")
SHIPMENT = Remark(id=UUID(int=6), text=text_of(carrier="DHL", tracking_number="T-1"))
TEA = Item(product_id="tea", quantity=2, price=Decimal("3.50"))
SUGAR = Item(product_id="sugar", quantity=1, price=Decimal("2.00"))

created = OrderCreated(
    customer_id=CUSTOMER,
    order_number="0000-0001",
    currency="USD",
    items=(TEA,),
    reference="web-1",
    note_id=NOTE.id,
)
amended = OrderItemsAmended(currency="USD", items=(TEA, SUGAR), previous_items=(TEA,))
confirmed = OrderConfirmed()
shipped = OrderShipped(shipment_id=SHIPMENT.id)
delivered = OrderDelivered()
cancelled = OrderCancelled(reason_id=REASON.id)
noted = OrderNoteAdded(note_id=NOTE.id)

create = CreateOrder(
    order_id=ORDER,
    order_number="0000-0001",
    customer_id=CUSTOMER,
    items=(TEA,),
    currency="USD",
    reference="web-1",
    note=NOTE,
)
amend = AmendItems(order_id=ORDER, items=(TEA, SUGAR))
confirm = ConfirmOrder(order_id=ORDER)
ship = ShipOrder(order_id=ORDER, shipment=SHIPMENT)
deliver = DeliverOrder(order_id=ORDER)
cancel = CancelOrder(order_id=ORDER, reason=REASON)
add_note = AddNote(order_id=ORDER, note=NOTE)
