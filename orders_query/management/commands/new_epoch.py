"""manage.py new_epoch: after a restore, positions go on above all that were issued."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders_command import epochs, feed
from orders_query import queries
from orders_query.projector import sets


class Command(BaseCommand):
    help = (
        "After the command database was restored from a backup: let positions go on "
        "a million above any that the log or the read side has seen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--above", type=int, default=0, help="a position that was seen elsewhere"
        )

    def handle(self, *, above: int, **_: Any) -> None:
        head, seen = feed.head(), queries.highest_position()
        begins = epochs.begin(above=max(above, head, seen))
        self.stdout.write(f"The log ends at {head}, the read side has seen {seen}.")
        self.stdout.write(f"The next event gets a position above {begins}.")
        self.stdout.write("Next:")
        for name in sets.TABLES:
            self.stdout.write(f"  manage.py rebuild {name}")
        self.stdout.write(f"  manage.py webhooks resume --after {head}")
        self.stdout.write("  manage.py verify")
