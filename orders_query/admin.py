"""The read tables, to look at; they are written by the projector alone."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from orders_query import queries
from orders_query.models import (
    Checkpoint,
    CustomerTotals,
    OrderReadModel,
)
from orders_query.queries import Reader


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, changed or deleted here."""

    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read where the reader's own writes are, and nothing older than was seen."""
        seen: int = getattr(request, "seen", 0)
        reader = Reader(name=str(request.user.pk), at_least=seen)
        answers = queries.here(reader=reader)
        request.shown_at = answers.position  # type: ignore[attr-defined]
        return super().get_queryset(request).using(answers.source)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


@admin.register(OrderReadModel)
class OrderReadModelAdmin(ReadOnlyAdmin):
    list_display = (
        "order_number",
        "customer_name",
        "status",
        "total",
        "currency",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("order_number__exact", "reference__exact", "customer_name")
    ordering = ("-created_at", "-order_id")


@admin.register(CustomerTotals)
class CustomerTotalsAdmin(ReadOnlyAdmin):
    list_display = ("customer_id", "order_count", "open_orders", "last_order_at")
    search_fields = ("customer_id__exact",)
    ordering = ("customer_id",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("name", "position", "moved_at")
    exclude = ("hash",)
