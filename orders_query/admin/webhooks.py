"""Endpoints of webhooks and what is to be sent to them, for administrators."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from orders_query import queries, webhooks
from orders_query.admin.tables import OnPrimaryAdmin, WithReason
from orders_query.databases import PRIMARY
from orders_query.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from orders_query.projection import WEBHOOK_TYPES

_PRIVATE = "This host has a private address: webhooks go to the internet only."
_UNKNOWN = "No address is found for this host."
TYPES = sorted(WEBHOOK_TYPES.values())


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a receiver is told by; where it begins is asked for once."""

    url = forms.CharField(
        label="URL",
        max_length=webhooks.MAX_URL,
        help_text="https, and reachable from the internet.",
    )
    types = forms.MultipleChoiceField(
        label="Event types",
        choices=[(name, name) for name in TYPES],
        required=False,
        help_text="None chosen is all of them, those of later releases too.",
    )
    after = forms.IntegerField(
        label="After position",
        required=False,
        min_value=0,
        help_text="Empty: what comes from now on. 0: all that the log has.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["name", "url", "types", "enabled"]

    def clean_name(self) -> str:
        """Ask where it is written: a replica may not know of the last one yet."""
        name: str = self.cleaned_data["name"]
        others = WebhookEndpoint.objects.using(PRIMARY).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("There is an endpoint of this name.")
        return name

    def clean_url(self) -> str:
        """Say kindly what would be refused at sending, too."""
        url: str = self.cleaned_data["url"]
        is_trial = settings.WEBHOOK_ALLOW_PRIVATE
        try:
            target = webhooks.target_of(url, may_be_plain=is_trial)
            webhooks.addresses_of(target.host, target.port, may_be_private=is_trial)
        except webhooks.BadUrl as refused:
            raise forms.ValidationError(str(refused)) from refused
        except webhooks.Refused:
            raise forms.ValidationError(_PRIVATE) from None
        except webhooks.Unknown:
            raise forms.ValidationError(_UNKNOWN) from None
        return url

    def clean_after(self) -> int | None:
        after: int | None = self.cleaned_data["after"]
        if after is not None and after > (head := queries.highest_position()):
            raise forms.ValidationError(f"The log has come to {head} only.")
        return after


class WithPosition(ActionForm):
    position = forms.IntegerField(required=False, min_value=0, label="After position:")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = EndpointForm
    list_display = ("name", "url", "enabled", "disabled_because", "failing_since")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = (
        "created_at",
        "salted_at",
        "old_until",
        "disabled_because",
        "failing_since",
        "resting_until",
    )
    fields = ("name", "url", "types", "enabled", "after", *readonly_fields)
    action_form = WithPosition
    actions = ("make_secret", "redeliver", "replay")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).using(PRIMARY)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for a beginning only where there is one."""
        return [f for f in self.fields if obj is None or f != "after"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders_query.decide_webhooks")

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: Any
    ) -> None:
        """Let it begin, and show its secret, this one time."""
        if change:
            webhooks.change(obj)
            return
        secret = webhooks.add(obj, after=form.cleaned_data.get("after"))
        self._show(request, obj.name, secret)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say what goes without listing what was to be sent."""
        told = [f"{endpoint}, and all that was to be sent to it" for endpoint in objs]
        return told, {"webhook endpoints": len(told)}, set(), []

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        webhooks.remove(obj.pk)

    @admin.action(permissions=["decide"], description="Make a new secret")
    def make_secret(
        self, request: HttpRequest, ticked: QuerySet[WebhookEndpoint]
    ) -> None:
        for endpoint in ticked:
            self._show(request, endpoint.name, webhooks.new_secret(endpoint.pk))

    @admin.action(permissions=["decide"], description="Redeliver all that is parked")
    def redeliver(
        self, request: HttpRequest, ticked: QuerySet[WebhookEndpoint]
    ) -> None:
        for endpoint in ticked:
            count = webhooks.redeliver_parked(endpoint.pk, actor=_who(request))
            told = f"{endpoint}: {count} parked deliveries are due again."
            self.message_user(request, told, messages.SUCCESS)

    @admin.action(permissions=["decide"], description="Replay after position …")
    def replay(self, request: HttpRequest, ticked: QuerySet[WebhookEndpoint]) -> None:
        after = request.POST.get("position", "").strip()
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            told = "Replaying needs a position of the log; 0 is from the start."
            self.message_user(request, told, messages.ERROR)
            return
        for endpoint in ticked:
            try:
                webhooks.replay(endpoint.pk, after=int(after))
            except webhooks.NoSuchPosition as refused:
                self.message_user(request, str(refused), messages.ERROR)
                return
            told = f"{endpoint} is sent all after {after} again, in order."
            self.message_user(request, told, messages.SUCCESS)

    def _show(self, request: HttpRequest, name: str, secret: str) -> None:
        messages.warning(request, f"The secret of {name}, shown only now: {secret}")


class ByState(admin.SimpleListFilter):
    """Pending and parked first: they are what somebody looks for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return list(DeliveryState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(OnPrimaryAdmin):
    list_display = (
        "id",
        "endpoint",
        "type",
        "order_id",
        "version",
        "state",
        "tries",
        "outcome",
        "due_at",
    )
    list_select_related = ("endpoint",)
    list_filter = (ByState,)
    search_fields = ("order_id__exact", "endpoint__name__exact")
    search_help_text = "the id of an order, or an endpoint's name"
    ordering = ("-id",)
    exclude = ("claim",)
    action_form = WithReason
    actions = ("redeliver", "skip")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders_query.decide_webhooks")

    @admin.action(permissions=["decide"], description="Redeliver the selected")
    def redeliver(
        self, request: HttpRequest, ticked: QuerySet[WebhookDelivery]
    ) -> None:
        count = webhooks.redeliver(
            [one.pk for one in ticked],
            actor=_who(request),
            reason=request.POST.get("reason", "").strip(),
        )
        self._tell(request, count, len(ticked), "due again")

    @admin.action(permissions=["decide"], description="Skip the selected …")
    def skip(self, request: HttpRequest, ticked: QuerySet[WebhookDelivery]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, "Skipping needs a reason.", messages.ERROR)
            return
        pks = [one.pk for one in ticked]
        count = webhooks.skip(pks, actor=_who(request), reason=reason)
        self._tell(request, count, len(ticked), "skipped")

    def _tell(self, request: HttpRequest, count: int, asked: int, what: str) -> None:
        level = messages.SUCCESS if count == asked else messages.WARNING
        left = f"; {asked - count} left as they were" if count < asked else ""
        self.message_user(request, f"{count} {what}{left}.", level)


def _who(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
