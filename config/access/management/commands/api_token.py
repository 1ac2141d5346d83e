"""manage.py api_token USER: makes a token and prints it once."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from config.access.bounds import limit_refusal
from config.access.models import READ, SCOPES, WRITE, User, issue_token


class Command(BaseCommand):
    help = "Make a token for a user and print it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument(
            "--scopes",
            default=f"{READ},{WRITE}",
            help=f"comma separated, of {', '.join(SCOPES)} (default: %(default)s)",
        )
        parser.add_argument("--days", type=int, default=90, help="valid for so long")
        parser.add_argument(
            "--customer",
            type=UUID,
            metavar="ID",
            help="a customer beyond whom it sees and does nothing (default: no limit)",
        )

    def handle(
        self,
        *_: Any,
        username: str,
        name: str,
        scopes: str,
        days: int,
        customer: UUID | None,
        **__: Any,
    ) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {username!r}.")
        wanted = [scope.strip() for scope in scopes.split(",")]
        if unknown := set(wanted) - set(SCOPES):
            raise CommandError(f"Unknown scopes: {', '.join(sorted(unknown))}.")
        if days < 1:
            raise CommandError("--days must be at least 1.")
        if refused := limit_refusal(user, customer, scopes=wanted):
            raise CommandError(f"--customer: {refused}")
        issued = issue_token(
            user, name=name, scopes=wanted, days=days, customer_id=customer
        )
        self.stdout.write(issued.text)
