"""`docs/extending.md`, performed word by word on a copy of the repository."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.steps import ROOT, Block, DoesNotApply, blocks, commands, copied
from tests.services import without_services

PAGE = ROOT / "docs/extending.md"
BIN = Path(sys.executable).parent
PACKAGES = "config orders_command orders_query customers".split()
# What the page adds, and the tests of ours that an addition must not turn red.
TESTS = """
    tests/domain/test_rating.py tests/projection/test_ratings.py
    tests/flow/test_rating.py
    tests/rebuilding/test_ratings.py tests/verification/test_every_projection.py
    tests/security/test_matrix.py tests/docs tests/reading/test_indexes.py
    tests/schema/test_document.py tests/webhooks/test_deciding.py
""".split()
CHOSEN = "not test_matrix or rate or ratings or row"  # of the matrix no others

pytestmark = [pytest.mark.no_services, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def performed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the repository in which all steps are done."""
    copy = copied(tmp_path_factory.mktemp("copy") / "orders")
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")
    for block in blocks(PAGE):
        if block.kind == "sh":
            for command in filter(_is_quick, commands(block)):
                run(copy, *command)
        else:
            block.perform(copy)
    yield copy
    shutil.rmtree(copy)


def _is_quick(command: list[str]) -> bool:
    return command[0] != "make"  # its parts are run below, each for itself


def _environment() -> dict[str, str]:
    """Nothing of this run's servers, nor of its pytest."""
    kept = {k: v for k, v in without_services().items() if not k.startswith("PYTEST")}
    # There is no database to ask when migrations are made.
    return {**kept, "PYTHONWARNINGS": "ignore:Got:RuntimeWarning"}


def run(copy: Path, *command: str) -> str:
    done = subprocess.run(
        [command[0].replace(".venv/bin", str(BIN)), *command[1:]],
        cwd=copy,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_style_types_and_contracts_hold_and_it_works_on_real_servers(performed):
    """All at once, since each of them waits for something else."""
    checks = [
        [".venv/bin/ruff", "check", "."],
        [".venv/bin/ruff", "format", "--check", "."],
        [".venv/bin/lint-imports"],
        [".venv/bin/mypy", *PACKAGES],
        [".venv/bin/python", "manage.py", "makemigrations", "--check", "--dry-run"],
    ]
    but = "--ignore=tests/docs/test_extending.py"
    tests = [".venv/bin/python", "-m", "pytest", *TESTS, but, "-q", "-k", CHOSEN]

    with ThreadPoolExecutor(2) as side_by_side:
        running = side_by_side.submit(run, performed, *tests)
        for check in checks:
            run(performed, *check)

    assert " passed" in running.result()


def test_the_page_has_the_new_files_whole_and_names_every_place():
    found = list(blocks(PAGE))

    assert {block.kind for block in found} == {"diff", "python", "sh"}
    assert all(block.is_new for block in found if block.kind == "python")


@pytest.mark.parametrize(
    ("diff", "told"),
    [
        (" nowhere\n+more\n", "has 0 times"),
        (" twice\n+more\n", "has 2 times"),
    ],
)
def test_a_step_that_does_not_apply_is_told_with_its_line(tmp_path, diff, told):
    (tmp_path / "file").write_text("twice\nonce\ntwice\n")
    block = Block(place="page.md:7", kind="diff", text=diff, file="file", is_new=False)

    with pytest.raises(DoesNotApply, match=f"page.md:7: file {told}"):
        block.perform(tmp_path)
