"""One question is one statement to one database, however much there is to tell."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest
from django.db import connections

from orders_query import queries
from orders_query.queries import Filters, Page, Reader
from tests.orders import an_order, confirmed
from tests.people import a_customer
from tests.projected import catch_up


@contextmanager
def counted():
    """Count the statements by the alias that they go to."""
    seen = Counter()

    def count(execute, sql, params, many, context):
        seen[context["connection"].alias] += 1
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(count))
        yield seen


@pytest.fixture
def order():
    customer_id = a_customer()
    placed = [an_order(customer_id) for _ in range(3)]
    confirmed(placed[0].order_id)
    stands = catch_up()
    return placed[0].order_id, customer_id, stands


@pytest.mark.parametrize(
    "ask",
    [
        lambda order, _, at: queries.order(order, reader=Reader(at_least=at)),
        lambda order, _, at: queries.history(order, reader=Reader(at_least=at)),
        lambda _, customer, at: queries.customer_summary(
            customer, reader=Reader(at_least=at)
        ),
        lambda _, customer, at: queries.customer_totals(
            customer, reader=Reader(at_least=at)
        ),
        lambda _, customer, at: queries.orders_of(
            customer, page=Page(), reader=Reader(at_least=at)
        ),
        lambda _, customer, at: queries.orders(
            Filters(customer_id=customer, q="tea"),
            page=Page(limit=2),
            reader=Reader(at_least=at),
        ),
    ],
    ids=["order", "history", "summary", "totals", "orders of a customer", "search"],
)
def test_a_question_to_a_fresh_replica_is_one_statement(order, ask):
    with counted() as statements:
        answer = ask(*order)

    assert answer.source == "replica_1"
    assert statements == {"replica_1": 1}


def test_what_is_unknown_costs_one_statement_more():
    with counted() as statements, pytest.raises(queries.OrderNotFound):
        queries.order(uuid4())

    assert statements == {"replica_1": 1, "query": 1}
