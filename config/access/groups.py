"""The groups of the contract, made and kept right after every migrate."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

MANAGE_CUSTOMERS = ("customers", "manage_customers")
COMMAND_ORDERS = ("orders_command", "command_orders")
QUERY_ORDERS = ("orders_query", "query_orders")
GROUPS = {
    "order desk": [MANAGE_CUSTOMERS, COMMAND_ORDERS, QUERY_ORDERS],
    "analyst": [QUERY_ORDERS],
}


def grant_permissions(
    sender: AppConfig, *, using: str = DEFAULT_DB_ALIAS, **_: Any
) -> None:
    """Give each group the permissions of the app that was just migrated."""
    if using != DEFAULT_DB_ALIAS or sender.label not in {
        app for granted in GROUPS.values() for app, _ in granted
    }:
        return
    # Django's own receiver may come after this one.
    create_permissions(sender, verbosity=0, using=using)
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415

    for name, granted in GROUPS.items():
        group, _created = Group.objects.using(using).get_or_create(name=name)
        codenames = [codename for app, codename in granted if app == sender.label]
        group.permissions.add(
            *Permission.objects.using(using).filter(
                content_type__app_label=sender.label, codename__in=codenames
            )
        )
