"""The Celery application. It carries rings of a doorbell, never truth."""

from celery import Celery

app = Celery("orders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A thread of its own (the doorbell's) has no current application, only the default.
app.set_default()
