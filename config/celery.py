"""The Celery application. It carries rings of a doorbell, never truth."""

from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.management import call_command

from config import broker
from config.scheduling import work_in_stretches

broker.take_over()
app = Celery("orders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A thread of its own (the doorbell's) has no current application, only the default.
app.set_default()


@worker_init.connect
def _begin(**_: Any) -> None:
    work_in_stretches()


@app.task
def tidy_up() -> None:
    """Delete what has served its time: receipts, sessions, old sign-in attempts."""
    call_command("forget_receipts")
    call_command("clearsessions")
    call_command("axes_reset_logs", age=30)
