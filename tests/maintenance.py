"""A command database that takes no writes, as in maintenance."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded


@contextmanager
def maintenance_of(services: Embedded) -> Iterator[None]:
    """Let the command database only read within."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("alter database command set default_transaction_read_only = on")
        connections["default"].close()
        try:
            yield
        finally:
            owner.execute("set default_transaction_read_only = off")
            owner.execute("alter database command reset default_transaction_read_only")
            connections["default"].close()
