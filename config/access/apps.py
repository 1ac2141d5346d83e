"""The app `access`: who may come in, and the groups of the contract."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "config.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from config import starting  # noqa: F401 - its checks register themselves
        from config.access import checks  # noqa: F401 - and so do these
        from config.access.groups import grant_permissions

        post_migrate.connect(grant_permissions, dispatch_uid="access.groups")
