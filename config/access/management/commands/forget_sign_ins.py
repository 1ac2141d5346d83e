"""manage.py forget_sign_ins: deletes what is kept of signing in, and of trying to."""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.access import guessing

LOG_DAYS = 30


class Command(BaseCommand):
    help = "Delete attempts to sign in that count no more, and sign-ins after 30 days."

    def handle(self, *_: Any, **__: Any) -> None:
        now = timezone.now()
        counts_since = now - settings.AXES_COOLOFF_TIME
        AccessAttempt.objects.filter(attempt_time__lt=counts_since).delete()
        oldest = now - timedelta(days=LOG_DAYS)
        AccessLog.objects.filter(attempt_time__lt=oldest).delete()
        guessing.forget()
