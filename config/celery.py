"""The Celery application. It carries rings of a doorbell, never truth."""

import os
import threading
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    setup_logging,
    worker_init,
    worker_process_shutdown,
)
from django.core.management import call_command
from django.db import connections

from config import broker, heartbeat  # noqa: F401 - heartbeat hooks in
from config.access import mails
from config.scheduling import work_in_stretches

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
broker.take_over()
app = Celery("orders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A thread of its own (the doorbell's) has no current application, only the default.
app.set_default()


@setup_logging.connect
def _leave_the_logs(**_: Any) -> None:
    """Keep Celery from setting up logs of its own: ours are, by the settings."""


@beat_init.connect
@worker_init.connect
def _be_safe(**_: Any) -> None:
    from config import starting  # noqa: PLC0415 - settings and apps are there by now

    starting.must_be_safe()


@worker_init.connect
def _begin(**_: Any) -> None:
    work_in_stretches()


@worker_process_shutdown.connect
def _end(**_: Any) -> None:
    from config.tracing import starting  # noqa: PLC0415 - the same

    starting.end()


_expiring = threading.Lock()


@app.task
def cancel_expired() -> None:
    """Cancel orders that nobody confirmed in time, in a thread beside the projector."""
    threading.Thread(target=_cancel_expired, name="cancel expired", daemon=True).start()


def _cancel_expired() -> None:
    if not _expiring.acquire(blocking=False):
        return  # the last run is still at work
    try:
        call_command("cancel_expired", automatic=True)
    finally:
        connections.close_all()
        _expiring.release()


@app.task
def tidy_up() -> None:
    """Delete what has served its time: receipts, sessions, sign-in attempts, mails."""
    call_command("forget_receipts")
    call_command("clearsessions")
    call_command("forget_sign_ins")
    mails.forget_old()
    call_command("erasures", complete=True)
