"""What is taken out of the product when a process of it starts."""

from typing import Any

from django.apps import AppConfig


class Unordered(AppConfig):
    """Nothing waits for an earlier event of its order."""

    name = "tests.webhooks.broken"
    label = "broken"

    def ready(self) -> None:
        from orders_query.webhooks import statements

        statements.CLAIM = statements.CLAIM.replace(statements.IS_FIRST, "true")


class Hasty(AppConfig):
    """The checkpoint is committed, and then what there is to be sent."""

    name = "tests.webhooks.broken"
    label = "broken"

    def ready(self) -> None:
        from django.db import transaction

        from orders_command import faults
        from orders_query.projector import stepping

        def commit(self: Any, position: int, events: Any, fresh_at: Any) -> None:
            with transaction.atomic(using="query"):
                stepping.fence(self.name, position)
                self._move(events[-1], fresh_at)
            faults.reach("projection.before_commit", self.name)
            with transaction.atomic(using="query"):
                stepping.apply_to(self.name, events, rung_at=self.rung_at)

        stepping._Writing._commit = commit


class Crowded(AppConfig):
    """The first threads of those that try are refused."""

    name = "tests.webhooks.broken"
    label = "broken"

    def ready(self) -> None:
        import threading

        start, left = threading.Thread.start, iter(range(5))

        def refused(thread: threading.Thread) -> None:
            if thread.name == "webhook" and next(left, None) is not None:
                raise RuntimeError("can't start new thread")
            start(thread)

        threading.Thread.start = refused  # type: ignore[method-assign]
