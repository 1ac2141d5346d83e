"""The app that brings `manage.py up`."""

from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "config.local"
    label = "local"
