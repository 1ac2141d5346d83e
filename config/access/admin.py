"""The admin of users and their tokens."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm, MultipleChoiceField
from django.http import HttpRequest
from django.utils import timezone

from config.access.bounds import limit_refusal
from config.access.models import (
    READ,
    SCOPES,
    WRITE,
    ApiToken,
    User,
    digest_of,
    draw_text,
)

admin.site.register(User, UserAdmin)


class ApiTokenForm(ModelForm):  # type: ignore[type-arg]
    scopes = MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], initial=[READ, WRITE]
    )

    class Meta:
        model = ApiToken
        fields = ["user", "name", "scopes", "customer_id", "expires_at"]

    def clean(self) -> dict[str, Any]:
        """Refuse a limit that leaves nothing, or is none for what is told by it."""
        cleaned = super().clean() or self.cleaned_data
        user, limit = cleaned.get("user"), cleaned.get("customer_id")
        if user and (
            refused := limit_refusal(user, limit, scopes=cleaned.get("scopes", ()))
        ):
            self.add_error("customer_id", refused)
        return cleaned


class ByState(admin.SimpleListFilter):
    """Whether a token works now, and if not, why."""

    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [
            (state, state.capitalize()) for state in ("valid", "expired", "revoked")
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ApiToken]
    ) -> QuerySet[ApiToken]:
        now = timezone.now()
        match self.value():
            case "valid":
                return queryset.filter(revoked_at=None, expires_at__gt=now)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case _:
                return queryset


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ApiTokenForm
    list_display = [
        "id",
        "username",
        "name",
        "scopes",
        "customer_id",
        "created_at",
        "expires_at",
        "revoked_at",
    ]
    list_select_related = ["user"]
    list_filter = [ByState]
    search_fields = ["user__username", "name", "customer_id__exact"]
    search_help_text = "a part of a user's or a token's name, or a customer's id"
    ordering = ["-created_at", "-id"]
    autocomplete_fields = ["user"]
    show_full_result_count = False
    actions = ["revoke"]

    @admin.display(description="user", ordering="user__username")
    def username(self, token: ApiToken) -> str:
        return token.user.username

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list has the action; a token itself is never changed.
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: Any, change: Any
    ) -> None:
        """Draw the token and show it, this one time."""
        text = draw_text()
        obj.digest = digest_of(text)
        obj.save(force_insert=True)
        messages.warning(request, f"The token, shown only now: {text}")

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, f"{count} revoked; in effect within seconds.")
