"""A log of the test's own, in a schema of its own, with writers that can misbehave."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded

INSERT = """
insert into orders_command_event
  ({column} id, customer_id, version, type, shape, data, actor, request_id,
   occurred_at, previous_hash, hash)
values ({value} gen_random_uuid(), gen_random_uuid(), 1, 'CustomerRegistered', 1,
        '{{}}', 'system:tests', '', now(), '', '\\x00')
returning position
"""


class Writer:
    """A session that writes to the log, one step at a time."""

    def __init__(self, url: str) -> None:
        self.session = psycopg.connect(url, options="-c search_path=scratch")

    def insert(self, position: int | None = None) -> int:
        given = {"column": "", "value": ""}
        if position is not None:
            given = {"column": "position,", "value": f"{position},"}
        row = self.session.execute(INSERT.format(**given).encode()).fetchone()
        assert row
        return int(row[0])

    def draw(self) -> int:
        """Draw a number beforehand, as a writer must never do."""
        row = self.session.execute("select nextval('positions')").fetchone()
        self.session.commit()
        assert row
        return int(row[0])

    def commit(self) -> None:
        self.session.commit()

    def rollback(self) -> None:
        self.session.rollback()


class Log:
    """Makes writers, and ends them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writers: list[Writer] = []

    def writer(self) -> Writer:
        self._writers.append(Writer(self._url))
        return self._writers[-1]

    def close(self) -> None:
        for writer in self._writers:
            writer.session.close()

    def numbers_are_cached(self, count: int) -> None:
        with psycopg.connect(self._url, autocommit=True) as owner:
            owner.execute(f"alter sequence scratch.positions cache {count}".encode())


@pytest.fixture
def log(services: Embedded) -> Iterator[Log]:
    url = services.environment()[OWNER_URLS[0]]
    made = Log(url)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(CREATE)
        with connection.cursor() as cursor:
            cursor.execute("set search_path = scratch, public")
        yield made
        made.close()
        with connection.cursor() as cursor:
            cursor.execute("set search_path = public")
        owner.execute("drop schema scratch cascade")


CREATE = """
create schema scratch;
create sequence scratch.positions;
create table scratch.orders_command_event
  (like public.orders_command_event including defaults);
alter table scratch.orders_command_event
  alter column position set default nextval('scratch.positions');
create unique index on scratch.orders_command_event (position);
grant usage on schema scratch to public;
grant select on all tables in schema scratch to public;
"""
