"""A first look through the whole file: can it be read, and do orders stand together?

What it remembers lies on the disk, in a file that ends with the process.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

PART = 2_000
CACHE = "pragma cache_size = -8000"  # in kB
TABLE = """
create table seen (reference text primary key, line integer, again integer)
without rowid
"""
SEEN = """
insert into seen (reference, line) values (?, ?)
on conflict (reference) do update set again = excluded.line where again is null
"""
TORN = "select line, again from seen where reference = ? and again is not null"


class Survey:
    """Where each reference stands, if it stands in more than one place."""

    def __init__(self) -> None:
        self.orders = 0
        self._is_any_torn = False
        self._seen = sqlite3.connect("", isolation_level=None)
        for statement in ("pragma journal_mode = off", CACHE, TABLE):
            self._seen.execute(statement)

    def look(self, references: Iterable[tuple[str, int]]) -> Iterator[int]:
        """Go through all orders, and yield how many it were so far."""
        found = iter(references)
        while part := list(islice(found, PART)):
            self._seen.execute("begin")
            self._seen.executemany(SEEN, part)
            self._seen.execute("commit")
            self.orders += len(part)
            yield self.orders
        torn = "select exists (select 1 from seen where again is not null)"
        (self._is_any_torn,) = self._seen.execute(torn).fetchone()

    def places(self, reference: str) -> tuple[int, int] | None:
        """Return the first two lines at which the rows of a torn order begin."""
        if not self._is_any_torn:
            return None
        places: tuple[int, int] | None
        places = self._seen.execute(TORN, [reference]).fetchone()
        return places
