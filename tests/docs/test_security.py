"""SECURITY.md names tests that are there: no attack is only said to be stopped."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "SECURITY.md").read_text()
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")

pytestmark = pytest.mark.no_services


def threats() -> list[list[str]]:
    """Return the cells of each row: who, what they try, what stops them, the test."""
    table = PAGE.split("## Threats")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_has_who_what_a_defence_and_a_test() -> None:
    assert len(threats()) > 20
    for row in threats():
        assert len(row) == 4, row
        assert all(row), row
        assert TEST.search(row[3]), row


def test_every_test_that_it_names_is_there() -> None:
    named = [found for row in threats() for found in TEST.findall(row[3])]

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file() or (name and name not in functions(ROOT / file))
    ]

    assert missing == []
