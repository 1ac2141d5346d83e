"""Runs what a question runs, times it, and reads its plan."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from orders_query.queries import CustomerNotFound, OrderNotFound

ALIAS = "replica_1"
CHECKPOINT = "orders_query_checkpoint"  # of two rows it always leaves one
RUNS = 5
BIG = 10_000  # rows of a table that no question should read from end to end
EXPLAIN = "explain (analyze, buffers, settings{}) "


@dataclass(kw_only=True)
class Plan:
    """A question's time and what its plan is made of."""

    question: str
    sql: str
    ms: float
    text: str
    buffers: int
    indexes: list[str] = field(default_factory=list)
    removed: int = 0
    scans: list[str] = field(default_factory=list)  # of big tables, from end to end
    sorted_rows: int = 0


def explained(question: str, ask: Callable[[], Any]) -> Plan:
    """Ask through the product, then run the very statement alone and explain it."""
    sql, parameters = _asked(ask)
    times = [_timed(sql, parameters) for _ in range(RUNS)]
    ((document,),) = _run(EXPLAIN.format(", format json") + sql, parameters)
    text = "\n".join(line for (line,) in _run(EXPLAIN.format("") + sql, parameters))
    root = document[0]["Plan"]
    plan = Plan(
        question=question,
        sql=sql,
        ms=statistics.median(times),
        text=text,
        buffers=root["Shared Hit Blocks"] + root["Shared Read Blocks"],
    )
    for node in _nodes(root):
        _count(plan, node)
    return plan


def _asked(ask: Callable[[], Any]) -> tuple[str, Any]:
    """Ask, and return the statement that went to the replica."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        seen.append((sql, params))
        return execute(sql, params, many, context)

    unknown = suppress(OrderNotFound, CustomerNotFound)  # that is an answer too
    with connections[ALIAS].execute_wrapper(note), unknown:
        ask()
    assert seen, "The replica was not asked."
    return seen[0]


def _timed(sql: str, parameters: Any) -> float:
    began = time.perf_counter()
    _run(sql, parameters)
    return (time.perf_counter() - began) * 1000


def _run(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _count(plan: Plan, node: dict[str, Any]) -> None:
    loops = node["Actual Loops"]
    removed = sum(
        node.get(f"Rows Removed by {why}", 0)
        for why in ("Filter", "Join Filter", "Index Recheck")
    )
    if node.get("Relation Name") != CHECKPOINT:
        plan.removed += round(removed * loops)
    index = node.get("Index Name")
    if index and loops and index not in plan.indexes:
        plan.indexes.append(index)
    if node["Node Type"] == "Seq Scan":
        read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops
        if read >= BIG:
            plan.scans.append(node["Relation Name"])
    if node["Node Type"] in {"Sort", "Incremental Sort"} and node.get("Plans"):
        fed = node["Plans"][0]
        fed_rows = round(fed["Actual Rows"] * fed["Actual Loops"])
        plan.sorted_rows = max(plan.sorted_rows, fed_rows)
