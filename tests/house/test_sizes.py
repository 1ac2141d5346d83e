"""Files of 300 lines and functions of 25 at most, but for those with a reason."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_services
ROOT = Path(__file__).parents[2]
MOST_LINES = 300
# Of a function without its signature, its docstring, and what it nests; a test tells
# one story from its beginning to its end.
MOST_OF_A_FUNCTION, MOST_OF_A_TEST = 25, 35
LONGER = {
    "orders_command/domain/order.py evolve": "a match: one case for each event",
    "orders_command/wording.py shown": "a match: one case for each event",
    "tests/security/kinds.py requests": "a table: one line for each kind of answer",
}


def sources(*kinds: str) -> list[Path]:
    """Return the files that are kept here, or will be; migrations are generated."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *kinds]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return [
        ROOT / name
        for name in told.stdout.splitlines()
        if "/migrations/" not in name and (ROOT / name).exists()
    ]


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield the functions of a file with how many lines each has."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{file.relative_to(ROOT)} {node.name}", length(node)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a reader has to keep in mind."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    nested = sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 - nested


def test_no_file_is_longer_than_a_reader_likes():
    long = {
        str(file.relative_to(ROOT)): lines
        for file in sources("*.py", "*.css", "*.js", "*.html")
        if (lines := len(file.read_text().splitlines())) > MOST_LINES
    }

    assert long == {}


def test_no_function_is_longer_without_a_reason():
    found = [one for file in sources("*.py") for one in functions(file)]

    long = {name: lines for name, lines in found if lines > bound(name)}

    assert {name: lines for name, lines in long.items() if name not in LONGER} == {}
    assert LONGER.keys() - long.keys() == set()


def bound(name: str) -> int:
    return MOST_OF_A_TEST if name.startswith("tests/") else MOST_OF_A_FUNCTION
