"""How the worker reads its queue: what is not a call of one of our tasks is dropped
before Celery unpacks it, keeps it for later or can stumble over it."""

import inspect
import logging
from functools import cache
from queue import Empty
from typing import Any

from celery import current_app
from kombu.transport import TRANSPORT_ALIASES, redis

from config import counting, messages

logger = logging.getLogger(__name__)


class QoS(redis.QoS):
    """Lets go of what stands among the unacknowledged messages and cannot be read.

    Once a worker has stumbled over it, no message behind it would come back.
    """

    channel: Any

    def restore_by_tag(self, tag: Any, *arguments: Any, **options: Any) -> None:
        try:
            super().restore_by_tag(tag, *arguments, **options)
        except Exception as error:
            if isinstance(error, self.channel.connection_errors):
                raise
            self._remove_from_indices(tag).execute()  # type: ignore[attr-defined]
            _drop("an entry that cannot be read")


class Channel(redis.Channel):
    """Takes an entry that cannot even be read for what it is: nothing to work on."""

    QoS = QoS
    connection: Any
    connection_errors: tuple[type[Exception], ...]

    def _brpop_read(self, **options: Any) -> Any:
        before = self.connection.delivered
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except Empty:
            raise
        except Exception as error:
            is_read = self.connection.delivered > before
            if is_read or isinstance(error, self.connection_errors):
                raise
            _drop("an entry that cannot be read")
            return True


class Transport(redis.Transport):
    Channel = Channel
    delivered = 0  # entries that could be read

    def _deliver(self, message: Any, queue: str | None) -> None:
        self.delivered += 1
        try:
            messages.check(message, tasks=_ours())
        except messages.Foreign as foreign:
            _drop(str(foreign))
        else:
            super()._deliver(message, queue)


def take_over() -> None:
    """Let Celery reach Valkey through this, over TLS as well."""
    TRANSPORT_ALIASES.update(
        redis="config.broker:Transport", rediss="config.broker:Transport"
    )


@cache
def _ours() -> dict[str, int]:
    """
    Return the product's tasks, each with how many arguments it takes.

    Celery brings tasks along that run others: those are not ours.
    """
    return {
        name: len(inspect.signature(task.run).parameters)
        for name, task in current_app.tasks.items()
        if not name.startswith("celery.")
    }


def _drop(why: str) -> None:
    """Tell of it without repeating it: what strangers send is for no log."""
    counting.dropped(why)
    logger.error("A message in the queue is none of ours and is dropped: %s.", why)
