"""manage.py sync_status: how far the read side has come, for a terminal."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from orders_query import queries, tasks
from orders_query.management.commands.webhooks import told


class Command(BaseCommand):
    help = "Show how far each projection and each replica has come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--follow", action="store_true", help="until Ctrl-C")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between")
        parser.add_argument("--json", action="store_true", help="as the API answers")

    def handle(self, *, follow: bool, every: float, json: bool, **_: Any) -> None:
        if every <= 0:
            raise CommandError("--every takes a number of seconds above 0.")
        try:
            self._show(as_json=json)
            while follow:
                time.sleep(every)
                self._show(as_json=json)
        except KeyboardInterrupt:
            self.stdout.write("")
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"No read database answers: {error}") from error

    def _show(self, *, as_json: bool) -> None:
        state = queries.sync()
        if as_json:
            self.stdout.write(json.dumps(state))
            return
        head = "away" if state["head"] is None else state["head"]
        self.stdout.write(f"{time.strftime('%H:%M:%S')}  log at {head}")
        ages, halts = queries.ages(), queries.halts()
        for projection in state["projections"]:
            name = projection["name"]
            self.stdout.write(_projection(projection, ages.get(name)))
            if halts.get(name):
                self.stdout.write(f"  {name} stands still: {halts[name]}")
        for other in queries.other_sets():
            self.stdout.write(_other_set(other))
        for replica in state["replicas"]:
            self.stdout.write(_replica(replica))
        for endpoint in queries.webhooks():
            self.stdout.write(f"  webhooks to {told(endpoint)}")
        if verified := queries.last_verification():
            self.stdout.write(_verified(verified))
        bell = "broker answers" if tasks.broker_answers() else "broker is away"
        self.stdout.write(f"  {'doorbell':<12} {bell}")


def _projection(projection: dict[str, Any], age: float | None) -> str:
    return (
        f"  {projection['name']:<12} at {projection['position']:<12}"
        f" {_or_unknown(projection['eventsBehind'], 'events behind')},"
        f" oldest waits {_or_unknown(projection['lagSeconds'], 's')},"
        f" {_looked(age)},"
        f" {projection['parked']} parked"
    )


def _looked(age: float | None) -> str:
    """Return when it was at the log's head last, if it ever was."""
    return "being filled" if age is None else f"last looked {_or_unknown(age, 's ago')}"


def _verified(verified: dict[str, Any]) -> str:
    return (
        f"  {'verified':<12} {verified['orders']} orders at "
        f"{verified['at']:%H:%M:%S}, {verified['differences']} differences"
    )


def _other_set(other: dict[str, Any]) -> str:
    projection, _, kind = other["name"].partition(":")
    what = "kept for a way back" if kind == "previous" else "being rebuilt"
    return f"  {projection:<12} at {other['position']:<12} {kind} set, {what}"


def _replica(replica: dict[str, Any]) -> str:
    state = "healthy" if replica["healthy"] else "out of rotation"
    lag = _or_unknown(replica["lagSeconds"], "s behind")
    return f"  {replica['name']:<12} {state}, {lag}"


def _or_unknown(value: float | None, unit: str) -> str:
    if value is None:
        return f"unknown {unit}"
    return f"{value:.1f} {unit}" if value % 1 else f"{value:.0f} {unit}"
