"""The admin site: every list in it stays quick, however many orders there are."""

from typing import Any

from django.contrib import admin

from config.administration.frugal import Frugal


class Site(admin.AdminSite):
    site_title = "Order desk"
    site_header = "Administration of the orders"
    index_title = "What may be looked at"

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Register as Django does, and let no list count or scan a table."""
        own = admin_class or admin.ModelAdmin
        named = {"__module__": own.__module__, "__doc__": own.__doc__}
        frugal = type(own.__name__, (Frugal, own), named)
        super().register(model_or_iterable, frugal, **options)
