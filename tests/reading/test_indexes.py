"""Every index is named with what it serves, and the read side's are really used."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections

from orders_query import queries
from orders_query.queries import (
    CustomerNotFound,
    Days,
    Filters,
    Moment,
    Ordering,
    OrderNotFound,
    Page,
)

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = "select indexname from pg_indexes where schemaname = 'public' and tablename ~ %s"
TABLES = "^(orders_command|orders_query|customers|access_apitoken)"


def documented():
    page = (ROOT / "docs/reference/indexes.md").read_text()
    return re.findall(r"^\| `([a-z0-9_]+)` \| \d+ \|", page, re.MULTILINE)


def found(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute(OURS, [TABLES])
        return {name for (name,) in cursor.fetchall()}


def test_every_index_is_documented_once_and_nothing_else_is():
    names = documented()

    assert set(names) == found("default") | found("query")
    assert len(names) == len(set(names))


def a_list(**asked):
    page = asked.pop("page", Page())
    return lambda: queries.orders(Filters(**asked), page=page)


# In a small table the planner reads everything: it may not, nor sort what an index has
# in its order.
IN_ORDER = ("enable_seqscan", "enable_sort", "enable_bitmapscan")
BY_BITMAP = ("enable_seqscan", "enable_indexscan")
LATELY = datetime.now(tz=UTC) - timedelta(days=1)
SOMEBODY = uuid4()

QUESTIONS = {
    "orders_newest": (IN_ORDER, a_list()),
    "orders_of_customer": (
        IN_ORDER,
        lambda: queries.orders_of(SOMEBODY, page=Page()),
    ),
    "orders_of_status": (IN_ORDER, a_list(statuses=("DELIVERED",))),
    "orders_changed": (IN_ORDER, a_list(page=Page(ordering=Ordering.LAST_UPDATED_AT))),
    "orders_dearest": (IN_ORDER, a_list(page=Page(ordering=Ordering.TOTAL))),
    "orders_number": (BY_BITMAP, a_list(q="AB12-00001")),
    "orders_with_reference": (BY_BITMAP, a_list(q="AB12-00001")),
    "orders_products": (BY_BITMAP, a_list(q="AB12-00001")),
    "orders_customer_name": (BY_BITMAP, a_list(q="Xanthopoulou")),
    "orders_customer_email": (BY_BITMAP, a_list(q="Xanthopoulou")),
    "versions_valid_at": (BY_BITMAP, a_list(as_of=LATELY)),
    "orders_query_orderreadmodel_pkey": (IN_ORDER, lambda: queries.order(SOMEBODY)),
    "orders_query_orderversion_pkey": (
        IN_ORDER,
        lambda: queries.order(SOMEBODY, at=Moment(version=2)),
    ),
    "history_notes": (IN_ORDER, lambda: queries.order(SOMEBODY)),
    "orders_query_orderhistory_pkey": (IN_ORDER, lambda: queries.history(SOMEBODY)),
    "orders_query_orderhistory_position_4d42e88b_uniq": (
        IN_ORDER,
        lambda: queries.changes(after=1, limit=10),
    ),
    "orders_query_customertotals_pkey": (
        IN_ORDER,
        lambda: queries.customer_summary(SOMEBODY),
    ),
    "orders_query_dailysales_pkey": (
        IN_ORDER,
        lambda: queries.daily_sales(Days(first=date(2026, 1, 1))),
    ),
    "orders_query_productsales_pkey": (
        IN_ORDER,
        lambda: queries.product_sales(Days(first=date(2026, 1, 1)), limit=10),
    ),
}


@pytest.mark.parametrize("index", QUESTIONS)
def test_a_question_uses_the_index_that_is_there_for_it(index):
    without, ask = QUESTIONS[index]

    plan = explained(ask, without)

    assert re.search(rf"\b{index}\b", plan), plan


def explained(ask, without):
    """Ask through the product, and explain the very statement that it sent."""
    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    unknown = suppress(OrderNotFound, CustomerNotFound)  # an answer too
    with connections["replica_1"].execute_wrapper(note), unknown:
        ask()
    sql, parameters = sent[0]
    with connections["replica_1"].cursor() as cursor:
        for name in without:
            cursor.execute(f"set {name} = off")
        cursor.execute(f"explain (costs off) {sql}", parameters)
        lines = [line for (line,) in cursor.fetchall()]
    connections["replica_1"].close()
    return "\n".join(lines)
