"""What there is, and what `docs/reference` says there is, are the same."""

import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from config.problems import PROBLEMS
from tests.docs.pages import REFERENCE, ROOT, names, table, told

COMMANDS = REFERENCE / "commands.md"
ERRORS = REFERENCE / "errors.md"
READ_TABLES = REFERENCE / "read-tables.md"
OURS = {"config", "orders_command", "orders_query", "customers"}

_OF_COMMAND = re.compile(r"^### `manage\.py (\w+)`$", re.MULTILINE)

pytestmark = pytest.mark.no_services


def our_commands() -> dict[str, ArgumentParser]:
    found = get_commands().items()
    return {
        name: load_command_class(app, name).create_parser("manage.py", name)
        for name, app in found
        if str(app).partition(".")[0] in OURS
    }


def options(parser: ArgumentParser, prefix: str = "") -> Iterator[str]:
    """Yield each argument as it is typed, those of a word after that word."""
    usual = BaseCommand().create_parser("manage.py", "any")._actions
    known = {option for action in usual for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for word, of_word in action.choices.items():
                yield word
                yield from options(of_word, f"{word} ")
        elif not known.issuperset(action.option_strings or {"it is a place"}):
            names = action.option_strings or [action.metavar or action.dest]
            yield prefix + str(names[-1])


def sections() -> dict[str, set[str]]:
    """Return the options that each section of a command tells of."""
    _, *parts = _OF_COMMAND.split(COMMANDS.read_text())
    found = zip(parts[::2], parts[1::2], strict=True)
    return {
        name: set(re.findall(r"^\| `([^`]+)` \|", text.split("\n## ")[0], re.MULTILINE))
        for name, text in found
    }


def check(code: set[str], page: set[str], where=COMMANDS) -> None:
    assert code == page, told(where, missing=code - page, unknown=page - code)


def test_every_command_is_told_with_all_its_options():
    code = {
        f"manage.py {name} {option}".strip()
        for name, parser in our_commands().items()
        for option in ("", *options(parser))
    }
    page = {
        f"manage.py {name} {option}".strip()
        for name, told_of in sections().items()
        for option in ("", *told_of)
    }

    check(code, page)


def test_every_make_target_is_told_in_its_own_words():
    makefile = (ROOT / "Makefile").read_text()
    code = re.findall(r"^([a-z]+):.*## (.*)$", makefile, re.MULTILINE)
    page = [(row[0].strip("`"), row[1]) for row in table(COMMANDS, of="target")]

    check({f"make {n}: {w}" for n, w in code}, {f"{n}: {w}" for n, w in page})


def test_every_task_and_every_call_of_beat_is_told():
    current_app.loader.import_default_modules()
    tasks = {name for name in current_app.tasks if name.partition(".")[0] in OURS}
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    check(tasks, set(names(table(COMMANDS, of="task"))))
    assert called <= tasks


def test_every_error_type_is_told_with_its_status_meaning_and_remedy():
    code = {f"/problems/{name} {status}" for name, (status, _) in PROBLEMS.items()}
    rows = table(ERRORS, of="type")
    page = {f"{row[0].strip('`')} {row[1]}" for row in rows}

    check(code, page, ERRORS)
    assert all(len(cell) > 5 for row in rows for cell in row[2:4])


def test_every_read_table_is_told():
    code = {
        model.__name__ for model in apps.get_app_config("orders_query").get_models()
    }

    check(code, set(names(table(READ_TABLES, of="table"))), READ_TABLES)


@pytest.mark.parametrize(
    ("document", "of"), [(ERRORS, "type"), (READ_TABLES, "table"), (COMMANDS, "task")]
)
def test_no_row_is_there_twice(document, of):
    told_of = [row[0] for row in table(document, of=of)]

    assert sorted(told_of) == sorted(set(told_of))
