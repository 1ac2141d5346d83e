"""The app that brings `manage.py up`."""

from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "config.local"
    label = "local"

    def ready(self) -> None:
        from config import pooling  # noqa: F401 - a check for `manage.py check`
