"""The system user of PostgreSQL, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.local.errors import CannotStart

NAMES = ("orders-postgres", "postgres")


@dataclass(frozen=True, kw_only=True)
class Account:
    name: str
    uid: int
    gid: int


def postgres_account() -> Account | None:
    """Return whom PostgreSQL shall run as; None: whoever runs this."""
    if os.geteuid() != 0:
        return None
    return _existing() or _made()


def must_reach(account: Account | None, *, folder: Path, binary: Path) -> None:
    """Refuse a checkout that the system user of PostgreSQL cannot enter."""
    if account is None:
        return
    for path, test in ((binary, "-x"), (folder, "-x")):
        if not _may(account, test, path):
            raise CannotStart(
                f"PostgreSQL runs as the system user {account.name!r}, who cannot "
                f"reach {path}: move the checkout out of the private folder (to "
                f"/srv or /opt, say), open it (chmod o+x on each folder above), "
                f"or run this as an ordinary user instead of root."
            )


def _may(account: Account, test: str, path: Path) -> bool:
    checked = subprocess.run(  # noqa: S603
        ["/usr/bin/test", test, str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return checked.returncode == 0


def _existing() -> Account | None:
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    return None


def _made() -> Account:
    tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    if tool:
        subprocess.run([tool, *options, NAMES[0]], check=False)  # noqa: S603
    account = _existing()
    if account is None:
        raise CannotStart(
            "PostgreSQL does not run as root and no system user could be made: "
            "run this as an ordinary user, or add a user named orders-postgres."
        )
    return account
