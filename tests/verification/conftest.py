"""Damage that no role of the product can do, done by the owner and undone again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_command.handlers import Receipt
from tests.orders import an_order, confirmed, shipped
from tests.people import a_customer
from tests.projected import catch_up


class Vandal:
    """Changes and removes rows behind the product's back, and puts them back."""

    def __init__(self, services: Embedded) -> None:
        environment = services.environment()
        self._urls = [environment[name] for name in OWNER_URLS]

    @contextmanager
    def changes(self, table: str, where: str, **values: Any) -> Iterator[None]:
        """Let columns have other values."""
        with self._owner(table) as owner:
            columns = ", ".join(f"{name}::text" for name in values)
            old = owner.execute(f"select {columns} from {table} where {where}".encode())
            (row,) = old.fetchall()
            self._set(owner, table, where, values)
            try:
                yield
            finally:
                back = dict(zip(values, row, strict=True))
                self._set(owner, table, where, back)

    @contextmanager
    def removes(self, table: str, where: str) -> Iterator[None]:
        """Let rows be missing."""
        with self._owner(table) as owner:
            kept = f"create temp table kept as select * from {table} where {where}"
            owner.execute(kept.encode())
            assert owner.execute("select from kept").rowcount
            _untriggered(owner, table, f"delete from {table} where {where}", [])
            try:
                yield
            finally:
                (columns,) = owner.execute(COLUMNS, [table]).fetchone() or ("",)
                back = f"insert into {table} ({columns}) overriding system value"
                _untriggered(owner, table, f"{back} select {columns} from kept", [])

    def changes_for_good(self, table: str, where: str, **values: Any) -> None:
        with self._owner(table) as owner:
            self._set(owner, table, where, values)

    def removes_for_good(self, table: str, where: str) -> None:
        with self._owner(table) as owner:
            _untriggered(owner, table, f"delete from {table} where {where}", [])

    @contextmanager
    def _owner(self, table: str) -> Iterator[psycopg.Connection]:
        is_read = table.startswith("orders_query")
        with psycopg.connect(self._urls[is_read], autocommit=True) as owner:
            yield owner

    def _set(
        self, owner: psycopg.Connection, table: str, where: str, values: dict[str, Any]
    ) -> None:
        assigned = ", ".join(f"{name} = %s" for name in values)
        statement = f"update {table} set {assigned} where {where}"
        _untriggered(owner, table, statement, list(values.values()))


@pytest.fixture
def vandal(services: Embedded) -> Vandal:
    return Vandal(services)


@pytest.fixture
def order() -> Receipt:
    """Version 3, shipped, with a note."""
    placed = an_order(a_customer("Ada Lovelace"), note="Ring twice.")
    confirmed(placed.order_id)
    shipped(placed.order_id)
    catch_up()
    return placed


def _untriggered(
    owner: psycopg.Connection, table: str, statement: str, values: list[Any]
) -> None:
    with owner.transaction():
        owner.execute(f"alter table {table} disable trigger user".encode())
        owner.execute(statement.encode(), values or None)
        owner.execute("set constraints all immediate")
        owner.execute(f"alter table {table} enable trigger user".encode())


COLUMNS = """
select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""
