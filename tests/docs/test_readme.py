"""The README says what the code does: settings, commands and make targets."""

import re

import pytest

from tests.docs.pages import ROOT, told

README = (ROOT / "README.md").read_text()

pytestmark = pytest.mark.no_services


def documented_settings():
    table = README.split("## Configuration")[1].split("##")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))


def settings_read_by_the_code():
    sources = [*(ROOT / "config").rglob("*.py")]
    text = "\n".join(path.read_text() for path in sources)
    read = re.findall(
        r"env\.(?:str|int|float|bool|list|email_url)\(\s*\"([A-Z_]+)\"", text
    )
    read += re.findall(r"(?:environ|environment)\.get\(\s*\"([A-Z_]+)\"", text)
    return set(read)


def test_every_setting_is_in_the_table_and_the_table_has_no_other():
    code, page = settings_read_by_the_code(), documented_settings()

    assert code == page, told(
        ROOT / "README.md", missing=code - page, unknown=page - code
    )


def test_every_command_of_ours_is_documented():
    folders = ROOT.glob("*/**/management/commands/*.py")
    ours = {
        path.stem
        for path in folders
        if ".venv" not in path.parts and not path.stem.startswith("_")
    }
    missing = {name for name in ours if f"manage.py {name}" not in README}
    assert missing == set(), "add a row for each to the table of commands in README.md"


def test_every_make_target_with_help_is_documented():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    missing = {name for name in targets if f"make {name}" not in README}
    assert missing == set(), "add each to the table of commands in README.md"


def test_every_page_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
