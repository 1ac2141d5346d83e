"""manage.py customer_export: all that is kept about a customer, as JSON."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from customers.directory import CustomerNotFound
from orders_query import queries


class Command(BaseCommand):
    help = (
        "Print all that is kept about a customer: the record, the linked user, and the "
        "orders with items, remarks and history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", type=UUID, help="its id")
        parser.add_argument(
            "--output", metavar="FILE", help="a new file, which only you can read"
        )

    def handle(self, *args: Any, customer: UUID, output: str | None, **__: Any) -> None:
        try:
            _, parts = queries.export(customer)
        except (CustomerNotFound, queries.NotYetConsistent) as refused:
            raise CommandError(str(refused)) from refused
        if output is None:
            _write(sys.stdout.fileno(), parts)
            return
        try:
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}") from error
        try:
            _write(file, parts)
        finally:
            os.close(file)


def _write(file: int, parts: Iterator[bytes]) -> None:
    last = b""
    for part in parts:
        last = part
        with os.fdopen(file, "wb", closefd=False) as stream:
            stream.write(part)
    if last == queries.CUT_SHORT:
        raise CommandError("The export was cut short; run it again.")
