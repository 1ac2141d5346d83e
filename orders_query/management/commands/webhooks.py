"""manage.py webhooks: sends them, and what is decided of them on the command line."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from orders_query import queries, webhooks
from orders_query.databases import PRIMARY
from orders_query.management.terminal import me
from orders_query.models import WebhookEndpoint


class Command(BaseCommand):
    help = (
        "Send webhooks until it is ended (so does nothing at all); or show what is to "
        "be sent, send again, leave out. Several may run."
    )
    requires_system_checks = [Tags.security]  # all would load every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", metavar="what")
        what.add_parser("send", help="send until it is ended")
        what.add_parser("list", help="show endpoints and what waits for them")
        replay = what.add_parser("replay", help="send what was sent before once more")
        again = what.add_parser("redeliver", help="send parked deliveries again now")
        skip = what.add_parser("skip", help="leave a delivery out for good")
        for one in (replay, again):
            one.add_argument("--endpoint", required=True, metavar="NAME")
        replay.add_argument(
            "--after", type=int, required=True, help="a position; 0 is from the start"
        )
        skip.add_argument("delivery", type=int, help="its id, as the admin shows it")
        skip.add_argument("--reason", required=True, help="why, for the record")
        for one in (again, skip):
            one.add_argument("--by", default=me(), help="who, for the record")
        resume = what.add_parser(
            "resume", help="after a restore: go on in the log that there is now"
        )
        resume.add_argument(
            "--after", type=int, required=True, help="the position of an event, or 0"
        )

    def handle(self, *, what: str | None, **options: Any) -> None:
        match what:
            case "list":
                self._list()
            case "replay":
                self._replay(**options)
            case "redeliver":
                self._redeliver(**options)
            case "skip":
                self._skip(**options)
            case "resume":
                self._resume(**options)
            case _:
                self._send()

    def _send(self) -> None:
        sender = webhooks.Sender()
        signal.signal(signal.SIGTERM, lambda *_: sender.stop())
        self.stdout.write("sending webhooks")
        self.stdout.flush()
        try:
            sender.run()
        except KeyboardInterrupt:
            sender.stop()
        self.stdout.write("ended; what was under way is sent again")

    def _list(self) -> None:
        found = queries.webhooks()
        for endpoint in found:
            self.stdout.write(told(endpoint))
        if not found:
            self.stdout.write("no endpoint: the admin makes them")

    def _replay(self, *, endpoint: str, after: int, **_: Any) -> None:
        try:
            webhooks.replay(_endpoint(endpoint).pk, after=after)
        except webhooks.NoSuchPosition as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{endpoint} is sent all after {after} again, in order")

    def _redeliver(self, *, endpoint: str, by: str, **_: Any) -> None:
        count = webhooks.redeliver_parked(_endpoint(endpoint).pk, actor=_actor(by))
        self.stdout.write(f"{count} parked deliveries to {endpoint} are due again")

    def _skip(self, *, delivery: int, reason: str, by: str, **_: Any) -> None:
        try:
            skipped = webhooks.skip([delivery], actor=_actor(by), reason=reason)
        except ValueError as refused:
            raise CommandError(str(refused)) from refused
        if not skipped:
            raise CommandError(f"Delivery {delivery} does not wait, or is under way.")
        self.stdout.write(f"delivery {delivery} is left out")

    def _resume(self, *, after: int, **_: Any) -> None:
        try:
            webhooks.resume(after=after)
        except webhooks.NoSuchEvent as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"webhooks go on after {after}")


def told(endpoint: dict[str, Any]) -> str:
    """Return a line about an endpoint; `sync_status` shows the same."""
    because = f" ({endpoint['because']})" if endpoint["because"] else ""
    return (
        f"{endpoint['name']:<12} {endpoint['state']}{because}, "
        f"{endpoint['shown']['pending']} pending, "
        f"oldest waits {endpoint['oldestSeconds']:.1f} s, "
        f"{endpoint['shown']['parked']} parked"
    )


def _endpoint(name: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.using(PRIMARY).filter(name=name).first()
    if found is None:
        raise CommandError(
            f"There is no endpoint {name}: see `manage.py webhooks list`."
        )
    return found


def _actor(name: str) -> str:
    return f"system:{name}"[:64]
