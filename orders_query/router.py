"""Sends the read tables to their own database: writes to its primary, reads to a
replica. Everything else stays where it is decided."""

import random
from typing import Any

from django.db.models import Model

from orders_query import replicas
from orders_query.databases import PRIMARY

APP = "orders_query"


class QueryRouter:
    """What the ORM and the admin follow; `queries` chooses its replica itself."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        if model._meta.app_label != APP:
            return None
        return random.choice(replicas.choices("") or [PRIMARY])  # noqa: S311

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return PRIMARY if model._meta.app_label == APP else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        labels = {one._meta.app_label, other._meta.app_label}
        return None if APP not in labels else labels == {APP}

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return {PRIMARY: app_label == APP, "default": app_label != APP}.get(db, False)
