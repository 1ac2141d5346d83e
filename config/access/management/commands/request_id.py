"""manage.py request_id ID: what a caller's request id is called in the log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.middleware import kept_as


class Command(BaseCommand):
    help = "Print what the log calls a request that was sent with this X-Request-Id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(kept_as(options["id"]))
