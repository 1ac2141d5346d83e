"""What is taken out of the product, process by process, when it starts."""

import random
import time
from typing import Any

from django.apps import AppConfig

SLOW_SECONDS = 0.03


class Unguarded(AppConfig):
    """Two who decide on the same version both win."""

    name = "tests.chaos.broken"
    label = "broken"

    def ready(self) -> None:
        from orders_command import store
        from orders_command.store import statements

        statements.ADVANCE = statements.ADVANCE.replace(" and version = %(before)s", "")
        load = store.load

        def slowly(*arguments: Any, **how: Any) -> Any:
            found = load(*arguments, **how)
            time.sleep(SLOW_SECONDS)
            return found

        store.load = slowly


class Early(AppConfig):
    """Some commands are answered as done, and are rolled back then."""

    name = "tests.chaos.broken"
    label = "broken"

    def ready(self) -> None:
        from django.db import transaction

        from orders_command import store

        append = store.append

        def early(*arguments: Any, **how: Any) -> Any:
            with transaction.atomic():
                receipt = append(*arguments, **how)
                if random.random() < 0.05:
                    transaction.set_rollback(True)
            return receipt

        store.append = early


class Naive(AppConfig):
    """The feed goes by `position > last`; commits take their time."""

    name = "tests.chaos.broken"
    label = "broken"

    def ready(self) -> None:
        from django.db import transaction

        from orders_command import store
        from orders_command.feed import proving

        append = store.append

        def slowly(*arguments: Any, **how: Any) -> Any:
            with transaction.atomic():
                receipt = append(*arguments, **how)
                time.sleep(random.random() * SLOW_SECONDS)
            return receipt

        store.append = slowly
        proving._wait_for_writers = lambda *_, **__: None
        proving._without_hole = lambda rows, _: rows


class Apart(AppConfig):
    """Rows are committed, and then the checkpoint is."""

    name = "tests.chaos.broken"
    label = "broken"

    def ready(self) -> None:
        from django.db import transaction

        from orders_command import faults
        from orders_query.projector import stepping

        def commit(self: Any, position: int, events: Any, fresh_at: Any) -> None:
            with transaction.atomic(using="query"):
                stepping.fence(self.name, position)
                stepping.apply_to(self.name, events, rung_at=self.rung_at)
            faults.reach("projection.before_commit", self.name)
            with transaction.atomic(using="query"):
                self._move(events[-1], fresh_at)

        stepping._Writing._commit = commit
