"""Puts this house's admin site in the place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class Administration(AdminConfig):
    default_site = "config.administration.site.Site"
