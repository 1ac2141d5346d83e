"""The release before this one: the last code that knew fewer migrations, from git."""

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from config.local.application import ROOT

CHOSEN = "UPGRADE_FROM"  # a commit to upgrade from instead
LAST_RELEASE = "59b51faa6feaf516b07270a47dea12546eb03b35"  # moves with each release
MIGRATIONS = "*/migrations/*.py"


class NoHistory(Exception):
    """Why there is nothing to upgrade from."""


def before() -> str:
    """
    Return the last release, if this history has it; else the newest commit with fewer
    migrations than are here, each of them here too.

    Branches that added migrations side by side have renumbered them: what main had
    before the merge is a release, what a branch had is none.

    :raises NoHistory: if there is none
    """
    if chosen := os.environ.get(CHOSEN):
        return chosen
    if not shutil.which("git"):
        raise NoHistory("there is no git here")
    if _is_known(LAST_RELEASE):
        return LAST_RELEASE
    here = {str(path.relative_to(ROOT)) for path in ROOT.glob(f"*/{MIGRATIONS}")}
    here |= {str(path.relative_to(ROOT)) for path in ROOT.glob(MIGRATIONS)}
    touched = _git("rev-list", "--first-parent", "HEAD", "--", MIGRATIONS).split()
    for commit in touched:
        older = _git("ls-tree", "-r", "--name-only", f"{commit}^").splitlines()
        there = {path for path in older if Path(path).match(MIGRATIONS)}
        if there and there < here:
            return _git("rev-parse", f"{commit}^").strip()
    raise NoHistory("no commit has fewer migrations than are here")


def _is_known(commit: str) -> bool:
    asked = ["git", "merge-base", "--is-ancestor", commit, "HEAD"]
    done = subprocess.run(asked, cwd=ROOT, check=False, capture_output=True)
    return done.returncode == 0


def unpacked(commit: str, folder: Path) -> Path:
    """Write a commit's files into a folder, and return it."""
    folder.mkdir()
    packed = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise NoHistory(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
