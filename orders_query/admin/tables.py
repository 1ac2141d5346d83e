"""The read tables, to look at, since the projector alone writes them; and the parked
events, to decide on."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from orders_query import projector, queries, rebuilding
from orders_query.databases import PRIMARY
from orders_query.models import (
    Checkpoint,
    CustomerTotals,
    OrderReadModel,
    ParkedDecision,
    ParkedEvent,
    RebuildRequest,
)
from orders_query.queries import Reader
from orders_query.rebuilding import NotCarriedOut, Wish


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


_STATUSES = ("PENDING", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED")


class ByStatus(admin.SimpleListFilter):
    """The statuses that there can be: which ones there are would cost a scan."""

    title = "status"
    parameter_name = "status"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(status, status.capitalize()) for status in _STATUSES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(OrderReadModel)
class OrderReadModelAdmin(ReadOnlyAdmin):
    list_display = (
        "order_number",
        "reference",
        "customer_name",
        "status",
        "total",
        "currency",
        "created_at",
        "parked",
    )
    list_filter = (ByStatus, "parked")
    search_fields = ("order_number__exact", "reference__exact", "customer_name")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-order_id")

    def view_on_site(self, order: OrderReadModel) -> str:
        return reverse("orders:detail", args=[order.pk])


@admin.register(CustomerTotals)
class CustomerTotalsAdmin(ReadOnlyAdmin):
    list_display = ("customer_id", "order_count", "open_orders", "last_order_at")
    search_fields = ("customer_id__exact",)
    ordering = ("customer_id",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("name", "position", "moved_at", "parked", "tries")
    exclude = ("hash",)
    actions = ("rebuild",)

    @admin.action(permissions=["ask"], description="Rebuild the selected projections")
    def rebuild(self, request: HttpRequest, ticked: QuerySet[Checkpoint]) -> None:
        """Ask for each, and tell what came of it; the sync page shows how it goes."""
        for checkpoint in ticked.order_by("name"):
            self._ask(request, checkpoint.name)

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders_query.ask_for_rebuilds")

    def view_on_site(self, checkpoint: Checkpoint) -> str:
        return _on_sync_page()

    def _ask(self, request: HttpRequest, name: str) -> None:
        if projector.sets.projection_of(name) == projector.WEBHOOKS:
            told = f"No rebuild of {name}: replay its endpoints instead."
            self.message_user(request, told, messages.ERROR)
            return
        if name not in projector.sets.TABLES:
            told = f"No rebuild of {name}: these tables do not serve."
            self.message_user(request, told, messages.ERROR)
            return
        try:
            rebuilding.asked.ask(
                Wish(projection=name), asked_by=f"user:{request.user.pk}"
            )
        except NotCarriedOut as refused:
            self.message_user(
                request, f"No rebuild of {name}: {refused}", messages.ERROR
            )
            return
        told = format_html(
            'A rebuild of {} is asked for. <a href="{}">See how it goes</a>',
            name,
            _on_sync_page(),
        )
        self.message_user(request, told, messages.SUCCESS)


def _on_sync_page() -> str:
    return f"{reverse('orders:sync')}#rebuilds"


class OnPrimaryAdmin(ReadOnlyAdmin):
    """What is decided here is shown at once, so it is read where it is written."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return admin.ModelAdmin.get_queryset(self, request).using(PRIMARY)


@admin.register(RebuildRequest)
class RebuildRequestAdmin(OnPrimaryAdmin):
    list_display = (
        "asked_at",
        "asked_by",
        "action",
        "projection",
        "state",
        "ended_at",
        "outcome",
    )
    ordering = ("-id",)

    def view_on_site(self, request: RebuildRequest) -> str:
        return _on_sync_page()


class WithReason(ActionForm):
    reason = forms.CharField(required=False, max_length=500, label="Reason:")


@admin.register(ParkedEvent)
class ParkedEventAdmin(OnPrimaryAdmin):
    list_display = (
        "stream_id",
        "projection",
        "type",
        "version",
        "tries",
        "error",
        "parked_at",
    )
    list_filter = ("projection",)
    search_fields = ("stream_id__exact",)
    search_help_text = "the id of an order"
    ordering = ("position",)
    action_form = WithReason
    actions = ("retry", "retry_all", "skip")

    def changelist_view(self, request: HttpRequest, *more: Any, **how: Any) -> Any:
        """Let `retry_all` be used without a tick: it is for all of them."""
        if request.POST.get("action") == "retry_all":
            ids = ParkedEvent.objects.using(PRIMARY).values_list("pk", flat=True)
            sent: Any = request.POST.copy()
            sent.setlist(admin.helpers.ACTION_CHECKBOX_NAME, map(str, ids[:1]))
            request.POST = sent
        return super().changelist_view(request, *more, **how)

    @admin.action(permissions=["decide"], description="Retry the selected orders")
    def retry(self, request: HttpRequest, ticked: QuerySet[ParkedEvent]) -> None:
        self._decide(request, sorted({(p.projection, p.stream_id) for p in ticked}))

    @admin.action(permissions=["decide"], description="Retry all parked orders")
    def retry_all(self, request: HttpRequest, _: QuerySet[ParkedEvent]) -> None:
        self._decide(request, [(p.name, p.stream_id) for p in projector.waiting()])

    @admin.action(permissions=["decide"], description="Skip the first event of …")
    def skip(self, request: HttpRequest, ticked: QuerySet[ParkedEvent]) -> None:
        if not request.POST.get("reason", "").strip():
            self.message_user(request, "Skipping needs a reason.", messages.ERROR)
            return
        orders = sorted({(p.projection, p.stream_id) for p in ticked})
        self._decide(request, orders, skips=True)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders_query.decide_parked")

    def _decide(
        self, request: HttpRequest, orders: list[Any], *, skips: bool = False
    ) -> None:
        """Decide on one order after the other, and tell what came of each."""
        how = {
            "actor": f"user:{request.user.pk}",
            "reason": request.POST.get("reason", "").strip(),
        }
        decide = projector.skip if skips else projector.retry
        for name, stream_id in orders:
            try:
                outcome = decide(name, stream_id, **how)[-1]
            except projector.NOT_TRIED as error:
                outcome = f"not tried: {error}"
            is_done = outcome in {projector.APPLIED, projector.SKIPPED}
            level = messages.SUCCESS if is_done else messages.ERROR
            self.message_user(request, f"{stream_id} in {name}: {outcome}", level)


@admin.register(ParkedDecision)
class ParkedDecisionAdmin(OnPrimaryAdmin):
    list_display = (
        "at",
        "actor",
        "action",
        "stream_id",
        "version",
        "outcome",
        "reason",
    )
    search_fields = ("stream_id__exact",)
    ordering = ("-id",)
