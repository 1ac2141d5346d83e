"""Performs a page's blocks on a copy of the repository, as a reader would by hand."""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = """
    .git .venv .env var __pycache__ .*_cache .hypothesis .schemathesis
    test-results test-screenshots
""".split()
_FILE = re.compile(r"^`([^`]+)`( \(new\))?$")


class DoesNotApply(AssertionError):
    """A step cannot be done as it is written; the words name the page's line."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What stands between two fences: of which kind, from which line on, for what."""

    place: str
    kind: str
    text: str
    file: str
    is_new: bool

    def perform(self, copy: Path) -> None:
        """
        Do what the block says, commands of the shell apart.

        :raises DoesNotApply: if the place is not there, or there more than once
        """
        path = copy / self.file
        if self.is_new:
            self._require(not path.exists(), "is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text)
        elif self.kind == "diff":
            self._require(path.is_file(), "is not there")
            self._change(path)

    def _change(self, path: Path) -> None:
        lines = self.text.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        text = "\n" + path.read_text()
        found = text.count("\n" + old)
        self._require(found == 1, f"has {found} times:\n{old}")
        path.write_text(text.replace("\n" + old, "\n" + new)[1:])

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001
        if not holds:
            raise DoesNotApply(f"{self.place}: {self.file} {what}")


def blocks(page: Path) -> Iterator[Block]:
    """Yield a page's fenced blocks, each with the file that is named above it."""
    file, is_new, begun, kind, lines = "", False, 0, "", list[str]()
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("```") and not begun:
            begun, kind, lines = number, line[3:], []
        elif line.startswith("```"):
            yield Block(
                place=f"{page.relative_to(ROOT)}:{begun}",
                kind=kind,
                text="".join(f"{line}\n" for line in lines),
                file=file,
                is_new=is_new and kind != "sh",
            )
            begun = 0
        elif begun:
            lines.append(line or (" " if kind == "diff" else ""))
        elif named := _FILE.match(line):
            file, is_new = named[1], bool(named[2])


def commands(block: Block) -> list[list[str]]:
    """Return the commands of a block of the shell, word by word."""
    return [shlex.split(line) for line in block.text.splitlines() if line]


def copied(to: Path) -> Path:
    """Copy the repository, changes that are not committed included, and what is not of
    it left out; packages are shared."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*NOT_OURS))
    (to / ".venv").symlink_to(ROOT / ".venv")
    return to
