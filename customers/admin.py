"""The admin of customers. It writes as everybody does: through the directory."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from customers import directory
from customers.directory import Change
from customers.models import Customer


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(max_length=200)
    email = forms.EmailField(max_length=254)

    class Meta:
        model = Customer
        fields = ["name", "email", "user"]

    def clean(self) -> dict[str, Any]:
        """Say kindly what the directory would refuse."""
        cleaned = super().clean() or self.cleaned_data
        try:
            directory.check(name=cleaned.get("name"), email=cleaned.get("email"))
        except directory.BadInput as refusal:
            for error in refusal.errors:
                self.add_error(error["pointer"].strip("/"), error["detail"])
        return cleaned


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CustomerForm
    list_display = ["id", "name", "email", "created_at", "erased_at"]
    search_fields = ["name", "email"]
    ordering = ["-created_at", "-id"]
    autocomplete_fields = ["user"]
    readonly_fields = ["created_at", "erased_at", "taken_away"]
    show_full_result_count = False
    actions = ["erase"]

    def view_on_site(self, customer: Customer) -> str:
        return reverse("customers:customer", args=[customer.pk])

    @admin.display(description="taken away by the erasure", empty_value="-")
    def taken_away(self, customer: Customer) -> str | None:
        return directory.told(customer.touched or {}) or None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        living = obj is None or obj.erased_at is None
        return living and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Customer, form: Any, change: Any
    ) -> None:
        actor, request_id = _who(request)
        name, email = obj.name or "", obj.email or ""
        if change:
            done = directory.change(
                obj.pk, name=name, email=email, actor=actor, request_id=request_id
            )
        else:
            done = directory.register(
                name=name, email=email, actor=actor, request_id=request_id
            )
            made = done.customer
            obj.pk, obj.created_at = made.customer_id, made.created_at
        _remember(request, done)
        if "user" in form.changed_data:
            directory.link(obj.pk, user_id=obj.user_id)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say what goes: the person only. The record stays, its orders with it."""
        return [str(customer) for customer in objs], {"people": len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Customer) -> None:
        actor, request_id = _who(request)
        done = directory.erase(obj.pk, actor=actor, request_id=request_id)
        _remember(request, done)
        touched = directory.told(done.touched) or "the person"
        messages.info(request, f"Erased: {touched}.")

    @admin.action(description="Erase the person", permissions=["delete"])
    def erase(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        actor, request_id = _who(request)
        for customer in queryset:
            done = directory.erase(customer.pk, actor=actor, request_id=request_id)
            _remember(request, done)
        messages.success(request, f"Erased: {len(queryset)}.")


def _remember(request: HttpRequest, done: Change) -> None:
    """Let the next page show what this one has done, whoever serves it."""
    request.shown_at = done.position  # type: ignore[attr-defined]


def _who(request: HttpRequest) -> tuple[str, str]:
    return f"user:{request.user.pk}", getattr(request, "request_id", "")
