"""`manage.py replica_lag`: lets embedded replicas lag, so that it can be felt."""

import json
from argparse import ArgumentParser
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.local import replica
from config.local.addresses import services_file
from config.local.postgres import SUPERUSER, Server

LONGEST_SECONDS = 86_400


class Command(BaseCommand):
    help = "Delay the embedded replicas by so many seconds; 0 takes the delay off."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("seconds", type=float)
        parser.add_argument("--replica", help="this one only, replica_1 say")

    def handle(
        self, *, seconds: float, replica: str | None = None, **_: object
    ) -> None:
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise CommandError(f"Delay by 0 to {LONGEST_SECONDS} seconds.")
        servers = _running(settings.VAR_DIR)
        if replica is not None and replica not in servers:
            raise CommandError(f"There is no {replica}: take {', '.join(servers)}.")
        for name, server in servers.items():
            if replica in (None, name):
                self._delay(name, server, seconds)

    def _delay(self, name: str, server: Server, seconds: float) -> None:
        try:
            replica.delay(server, seconds)
        except psycopg.Error as error:
            raise CommandError(f"{name} does not answer: {error}") from error
        how = f"replays {seconds:g} s late" if seconds else "replays at once"
        self.stdout.write(f"{name} {how}, until it is started again")


def _running(var_dir: Path) -> dict[str, Server]:
    """Return the replicas that `manage.py up` has started in this folder."""
    try:
        urls = json.loads(services_file(var_dir).read_text())["QUERY_REPLICA_URLS"]
        passwords = json.loads((var_dir / "passwords.json").read_text())
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(
            f"No embedded servers run in {var_dir}; others are not touched. "
            "Start them with make run."
        ) from error
    return {
        f"replica_{place}": Server(
            name=f"replica_{place}",
            folder=var_dir,
            port=urlsplit(url).port or 0,
            account=None,
            passwords={SUPERUSER: passwords[SUPERUSER]},
            settings={},
        )
        for place, url in enumerate(urls.split(","), 1)
    }
