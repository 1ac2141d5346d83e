"""manage.py demo_access: makes the demo administrator's password and token anew."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.access import demo


class Command(BaseCommand):
    help = "Make the demo administrator, with a new password and token, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--disable", action="store_true", help="take the account out of use instead"
        )

    def handle(self, *_: Any, disable: bool, **__: Any) -> None:
        if disable:
            demo.disable()
            self.stdout.write("The demo administrator can sign in no more.")
            return
        self.stdout.write(json.dumps(demo.make()))
