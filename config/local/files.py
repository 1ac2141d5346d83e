"""Files of `var/`: private ones, and those that another system user owns."""

import json
import os
import secrets
from pathlib import Path

from config.local.account import Account


def write_private(path: Path, text: str, *, owner: Account | None = None) -> None:
    """Replace a file at once, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if owner:
        os.chown(fresh, owner.uid, owner.gid)
    fresh.replace(path)


def make_folder(path: Path, *, owner: Account | None = None) -> None:
    """Make a folder that only its owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner:
        os.chown(path, owner.uid, owner.gid)


def kept_text(path: Path) -> str:
    """Return a secret, made and stored when it is asked for the first time."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def kept_passwords(path: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return the passwords of the embedded services, made once."""
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if missing := [name for name in names if name not in known]:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        write_private(path, json.dumps(known, indent=2))
    return known
