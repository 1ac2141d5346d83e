"""`manage.py up`: everything from a bare checkout, in one terminal."""

import os
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.local.addresses import UNSET
from config.local.console import Console
from config.local.errors import CannotStart
from config.local.runner import Wish, up
from config.local.supervisor import Stopped


class Command(BaseCommand):
    help = "Starts the servers, the worker and the web server, and keeps them running."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-demo", action="store_true", help="start with an empty log"
        )

    def handle(self, *, no_demo: bool, **_options: object) -> None:
        """Run until told to end; 2 tells that nothing could be started."""
        wish = Wish(
            var_dir=settings.VAR_DIR.resolve(),
            port=_port(),
            with_demo=not no_demo,
            replicas=_replicas(),
            unset=frozenset(os.environ.get(UNSET, "").split(",")),
        )
        try:
            up(wish, Console(sys.stdout, as_json=settings.LOG_FORMAT == "json"))
        except Stopped:
            return
        except CannotStart as error:
            raise CommandError(str(error), returncode=2) from error


def _replicas() -> int:
    text = os.environ.get("EMBEDDED_REPLICAS", "1")
    if text not in {"1", "2", "3", "4"}:
        raise CommandError(f"EMBEDDED_REPLICAS={text}: take 1 to 4", returncode=2)
    return int(text)


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise CommandError(f"PORT={text} is no port", returncode=2)
    return int(text)
