"""A program that is written against a generated client is held to its types."""

import os
import re
import subprocess
import sys
from pathlib import Path

from config.local.application import ROOT
from tests.people import Caller, a_customer

PROGRAM = Path(__file__).parent / "shopping.py"
PAGE = ROOT / "docs/how-to/generate-a-client.md"


def checked(program: Path, generated: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(program)]
    return subprocess.run(
        [*command, "--cache-dir", str(generated.parent / "mypy")],
        env={**os.environ, "MYPYPATH": str(generated.parent)},
        cwd=generated.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_types_know_what_a_program_does_with_it(
    generated: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(PROGRAM.read_text().replace("placed.position", "placed.total"))

    good, bad = checked(PROGRAM, generated), checked(wrong, generated)

    assert good.returncode == 0, good.stdout
    assert bad.returncode == 1
    assert '"Receipt" has no attribute "total"' in bad.stdout


def test_it_reads_its_own_write_and_is_told_of_a_refusal(
    generated: Path, web: str, caller: Caller
) -> None:
    told = {
        "ORDERS_URL": web,
        "ORDERS_TOKEN": caller.token,
        "ORDERS_CUSTOMER": str(a_customer()),
        "PYTHONPATH": str(generated.parent),
    }

    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    placed, counted, refused, confirmed = done.stdout.splitlines()
    assert placed.endswith("PENDING 7.00")
    assert counted == "1 of this customer"
    assert refused == "409 /problems/invalid-transition is PENDING"
    assert confirmed == "now CONFIRMED in version 2"


def test_the_page_shows_this_very_program() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

    assert shown == PROGRAM.read_text()
