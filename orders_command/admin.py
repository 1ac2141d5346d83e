"""Orders and the log, to look at; what changes an order is a command."""

from collections.abc import Callable
from typing import Any, get_args

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from orders_command.domain.commands import (
    CancelOrder,
    Command,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.domain.errors import OrderError
from orders_command.events import AnyEvent
from orders_command.handlers import TooBusy, handle
from orders_command.models import Event, Order, OrderItem, OrderRemark

NEEDS = "orders_command.command_orders"
_USED = ("CHF", "EUR", "GBP", "JPY", "USD")
_TYPES = [kind.__name__ for kind in get_args(AnyEvent)]


class ByCurrency(admin.SimpleListFilter):
    """Those most used; any other by the address. Which there are would cost a scan."""

    title = "currency"
    parameter_name = "currency"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in sorted({settings.DEFAULT_CURRENCY, *_USED})]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> QuerySet[Order]:
        return queryset.filter(currency=self.value()) if self.value() else queryset


class ByType(admin.SimpleListFilter):
    """The types that the log knows."""

    title = "type"
    parameter_name = "type"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(_TYPES)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Event]
    ) -> QuerySet[Event]:
        return queryset.filter(type=self.value()) if self.value() else queryset


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class Remarks(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = OrderRemark
    fields = ("text",)


class Events(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Event
    fields = ("position", "version", "type", "actor", "occurred_at", "data")
    ordering = ("version",)


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "order_number",
        "reference",
        "status",
        "total",
        "currency",
        "seen_version",
        "created_at",
    )
    list_filter = ("status", ByCurrency)
    search_fields = ("order_number__exact", "reference__exact", "id__exact")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    inlines = (Remarks, Events)
    exclude = ("head_hash",)
    readonly_fields = ("items",)
    actions = ("confirm", "ship", "deliver", "cancel")

    def view_on_site(self, order: Order) -> str:
        return reverse("orders:detail", args=[order.pk])

    @admin.display(description="version", ordering="version")
    def seen_version(self, order: Order) -> str:
        """Show the version, and let an action be told what the list had shown."""
        return format_html(
            '{version}<input type="hidden" name="{name}" value="{version}">',
            name=_seen(order),
            version=order.version,
        )

    @admin.display(description="items")
    def items(self, order: Order) -> str:
        lines = OrderItem.objects.filter(order=order).order_by("line")
        return "\n".join(f"{i.quantity} of {i.product_id} at {i.price}" for i in lines)

    @admin.action(description="Confirm", permissions=["command"])
    def confirm(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        self._each(request, orders, lambda o: ConfirmOrder(order_id=o.pk))

    @admin.action(description="Ship", permissions=["command"])
    def ship(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        self._each(request, orders, lambda o: ShipOrder(order_id=o.pk))

    @admin.action(description="Deliver", permissions=["command"])
    def deliver(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        self._each(request, orders, lambda o: DeliverOrder(order_id=o.pk))

    @admin.action(description="Cancel", permissions=["command"])
    def cancel(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        self._each(request, orders, lambda o: CancelOrder(order_id=o.pk))

    def has_command_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(NEEDS)

    def _each(
        self,
        request: HttpRequest,
        orders: QuerySet[Order],
        command_for: Callable[[Order], Command],
    ) -> None:
        """Give each order its command, and say for each what came of it."""
        for order in orders:
            text = request.POST.get(_seen(order), "")
            is_version = text.isascii() and text.isdigit() and len(text) < 10
            expected = int(text) if is_version else order.version
            command = command_for(order)
            level, outcome = _carry_out(request, command, expected=expected)
            self.message_user(request, f"{order}: {outcome}", level)


def _seen(order: Order) -> str:
    return f"version-{order.pk}"


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("position", "type", "version", "actor", "occurred_at")
    list_filter = (ByType,)
    search_fields = ("order__id__exact", "customer__id__exact", "request_id__exact")
    ordering = ("-position",)
    show_full_result_count = False
    exclude = ("previous_hash", "hash")


def _carry_out(
    request: HttpRequest, command: Command, *, expected: int
) -> tuple[int, str]:
    try:
        receipt = handle(
            command,
            actor=f"user:{request.user.pk}",
            request_id=getattr(request, "request_id", ""),
            expected_version=expected,
        )
    except (OrderError, TooBusy) as refusal:
        return messages.ERROR, str(refusal)
    request.shown_at = receipt.position  # type: ignore[attr-defined]
    return messages.SUCCESS, f"{receipt.status} at version {receipt.version}."
