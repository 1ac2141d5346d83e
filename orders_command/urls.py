"""Where the command side is found."""

from django.urls import URLPattern, path

from orders_command import pages
from orders_command.api import OrderCommands

api_urlpatterns: list[URLPattern] = [
    path("orders", OrderCommands.as_view({"post": "create"})),
    *(
        path(f"orders/<uuid:pk>/{action}", OrderCommands.as_view({"post": action}))
        for action in ("items", "confirm", "ship", "deliver", "cancel")
    ),
    path("orders/<uuid:pk>/notes", OrderCommands.as_view({"post": "add_note"})),
]
page_urlpatterns: list[URLPattern] = [
    path("orders/bulk", pages.act_on_many, name="bulk"),
    path("orders/new", pages.place_order, name="new"),
    path("orders/<uuid:order_id>/items", pages.amend_items, name="items"),
    path("orders/<uuid:order_id>/confirm", pages.confirm_order, name="confirm"),
    path("orders/<uuid:order_id>/ship", pages.ship_order, name="ship"),
    path("orders/<uuid:order_id>/deliver", pages.deliver_order, name="deliver"),
    path("orders/<uuid:order_id>/cancel", pages.cancel_order, name="cancel"),
    path("orders/<uuid:order_id>/notes", pages.add_note, name="notes"),
]
