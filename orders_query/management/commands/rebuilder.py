"""manage.py rebuilder: carries out, as the owner, what administrators ask for."""

import signal
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from orders_query import rebuilding


class Command(BaseCommand):
    help = (
        "Wait for rebuilds that are asked for on /sync or in the admin, and carry them "
        "out. Ended in the middle of one, it goes on with it when it is started again."
    )
    requires_system_checks = [Tags.security]  # all would load every page

    def handle(self, **_: Any) -> None:
        # So that psycopg takes back the statement which it waits for.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.stdout.write("waiting for rebuilds that are asked for")
        self.stdout.flush()
        try:
            rebuilding.serve()
        except KeyboardInterrupt:
            self.stdout.write("ended; what is begun goes on at the next start")
        except rebuilding.NotTheOwner as refused:
            raise CommandError(str(refused)) from refused
