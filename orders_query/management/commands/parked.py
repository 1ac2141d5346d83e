"""manage.py parked: the orders whose events could not be applied, and what to do."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from orders_query import projector
from orders_query.management.terminal import me
from orders_query.projector import Waiting


class Command(BaseCommand):
    help = "Show parked orders; retry them, or skip an event for good and say why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", metavar="what")
        what.add_parser("list", help="show them (so does nothing at all)")
        retry = what.add_parser("retry", help="apply what waits, in sequence")
        retry.add_argument("order", nargs="?", type=_uuid, help="its id")
        retry.add_argument("--all", action="store_true", help="each parked order")
        retry.add_argument("--reason", default="", help="why, for the record")
        skip = what.add_parser("skip", help="leave out an order's first parked event")
        skip.add_argument("order", type=_uuid, help="its id")
        skip.add_argument("--reason", required=True, help="why, for the record")
        for action in (retry, skip):
            action.add_argument(
                "--projection", default="", help="one of them, as in the list"
            )
            action.add_argument("--by", default=me(), help="who, for the record")

    def handle(self, *, what: str | None, **options: Any) -> None:
        match what:
            case "retry":
                self._retry(**options)
            case "skip":
                self._skip(**options)
            case _:
                self._list()

    def _list(self) -> None:
        parked = projector.waiting()
        for first in parked:
            self.stdout.write(_line(first))
        self.stdout.write(f"{len(parked)} parked" if parked else "nothing is parked")

    def _retry(self, *, order: UUID | None, projection: str, **how: Any) -> None:
        if (order is None) is not how["all"]:
            raise CommandError("Name an order, or say --all.")
        actor, reason = _actor(how["by"]), how["reason"]
        self._each(
            projector.waiting(projection, order),
            lambda first: projector.retry(
                first.name, first.stream_id, actor=actor, reason=reason
            ),
        )

    def _skip(self, *, order: UUID, projection: str, **how: Any) -> None:
        parked = projector.waiting(projection, order)
        if len(parked) > 1:
            names = ", ".join(first.name for first in parked)
            raise CommandError(f"Say which with --projection: {names}.")
        actor, reason = _actor(how["by"]), how["reason"]
        self._each(
            parked,
            lambda first: projector.skip(
                first.name, first.stream_id, actor=actor, reason=reason
            ),
        )

    def _each(
        self, parked: list[Waiting], decide: Callable[[Waiting], list[str]]
    ) -> None:
        if not parked:
            raise CommandError("Nothing like that is parked.")
        failed = 0
        for first in parked:
            outcomes = _outcomes(first, decide)
            failed += outcomes[-1] not in {projector.APPLIED, projector.SKIPPED}
            self.stdout.write(f"{first.name} {first.stream_id}: {_told(outcomes)}")
        if failed:
            raise CommandError(f"{failed} of {len(parked)} are still parked.")


def _outcomes(first: Waiting, decide: Callable[[Waiting], list[str]]) -> list[str]:
    try:
        return decide(first)
    except (*projector.NOT_TRIED, ValueError) as error:
        return [f"not tried: {error}"]


def _told(outcomes: list[str]) -> str:
    """Return how many were applied or skipped, and how the last one ended."""
    counts = {what: outcomes.count(what) for what in dict.fromkeys(outcomes)}
    return ", ".join(what if n == 1 else f"{n} {what}" for what, n in counts.items())


def _line(first: Waiting) -> str:
    tries = "1 try" if first.tries == 1 else f"{first.tries} tries"
    behind = f", {first.behind} more wait behind it" if first.behind else ""
    return (
        f"{first.name} {first.stream_id}: {first.type} v{first.version} at "
        f"{first.position}, {tries}: {first.error}{behind}"
    )


def _actor(name: str) -> str:
    return f"system:{name}"[:64]


def _uuid(text: str) -> UUID:
    return UUID(text)
