"""Every link leads somewhere, every page can be found, every command exists."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands

from tests.docs.pages import ROOT
from tests.docs.steps import blocks

HIDDEN = {".venv", "var", "node_modules", ".pytest_cache"}
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not HIDDEN.intersection(page.relative_to(ROOT).parts)
)
INDEX = ROOT / "docs/README.md"
DECISIONS = ROOT / "docs/decisions"
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?\)")
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PLACE = re.compile(
    r"`((?:config|orders_command|orders_query|customers|tests|docs|bench|templates|static)"
    r"/[\w/.-]+)`"
)
_INLINE = re.compile(r"`[^`\n]*`")

pytestmark = pytest.mark.no_services
of_each_page = pytest.mark.parametrize(
    "document", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text())


def links(page: Path) -> list[str]:
    return _LINK.findall(_INLINE.sub("", prose(page)))


def anchors(page: Path) -> set[str]:
    """Return what the headings are called in addresses, as forges make them."""
    found = Counter[str]()
    names = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        kept = re.sub(r"[^\w\- ]", "", text.lower())
        name = kept.replace(" ", "-")
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names


def leads_nowhere(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return False  # elsewhere
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


@of_each_page
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(document):
    assert [li for li in links(document) if leads_nowhere(document, li)] == []


def targets(page: Path) -> set[Path]:
    return {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}


def test_the_index_names_every_page_of_the_documentation():
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    own = {INDEX, *DECISIONS.glob("*.md")} - {DECISIONS / "README.md"}

    missing = [str(p.relative_to(ROOT)) for p in pages - own - targets(INDEX)]
    assert missing == [], "add a line for each to docs/README.md, under its kind"


def test_decisions_are_numbered_named_by_their_heading_and_in_their_index():
    pages = sorted(DECISIONS.glob("0*.md"))
    index = targets(DECISIONS / "README.md")

    numbers = [int(page.name[:4]) for page in pages]
    headings = [page.read_text().partition("\n")[0] for page in pages]
    assert numbers == [*range(1, len(pages) + 1)]
    assert all(
        heading.startswith(f"# {number}. ")
        for number, heading in zip(numbers, headings, strict=True)
    )
    missing = [page.name for page in pages if page not in index]
    assert missing == [], "add a line for each to docs/decisions/README.md"


@of_each_page
def test_every_command_that_a_block_of_the_shell_runs_is_there(document):
    blocks = "\n".join(_SHELL.findall(document.read_text()))
    known = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(re.findall(r"manage\.py (\w+)", blocks)) <= get_commands().keys()
    assert set(re.findall(r"^make ([a-z]+)", blocks, re.MULTILINE)) <= {*known}


NEW = {block.file for block in blocks(ROOT / "docs/extending.md") if block.is_new}
MADE = {"docs/reference/licences.md.new"}


@of_each_page
def test_every_file_of_ours_that_is_named_is_there(document):
    if document.name == "CHANGELOG.md":
        return  # it tells of files that were
    named = {name.rstrip("/") for name in _PLACE.findall(prose(document))}

    assert [n for n in named - NEW - MADE if not (ROOT / n).exists()] == []


def test_every_folder_of_tests_is_told_in_contributing():
    folders = {f"tests/{path.parent.name}" for path in ROOT.glob("tests/*/test_*.py")}
    told = set(_PLACE.findall((ROOT / "CONTRIBUTING.md").read_text()))

    missing = sorted(folders - told)
    assert missing == [], "add each to the table `Where tests are` of CONTRIBUTING.md"
