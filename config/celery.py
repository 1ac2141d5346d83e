"""The Celery application. It carries rings of a doorbell, never truth."""

from celery import Celery
from django.core.management import call_command

app = Celery("orders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A thread of its own (the doorbell's) has no current application, only the default.
app.set_default()


@app.task
def tidy_up() -> None:
    """Delete what has served its time: receipts, sessions, old sign-in attempts."""
    call_command("forget_receipts")
    call_command("clearsessions")
    call_command("axes_reset_logs", age=30)
