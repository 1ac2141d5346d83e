"""Forgets idempotency records when their time is over."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models.functions import Now

from orders_command.models import IdempotencyRecord

PART = 2_000  # records deleted at once
KEPT_HOURS = 48  # the contract promises 24


class Command(BaseCommand):
    help = f"Deletes idempotency records that are older than {KEPT_HOURS} hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, default=KEPT_HOURS)

    def handle(self, *args: Any, **options: Any) -> None:
        age = timedelta(hours=options["hours"])
        old = IdempotencyRecord.objects.filter(created_at__lt=Now() - age)
        count = 0
        # In parts: after days without beat one statement would meet its deadline.
        while part := list(old.values_list("caller", "key")[:PART]):
            count += IdempotencyRecord.objects.filter(pk__in=part).delete()[0]
        self.stdout.write(f"{count} records forgotten")
