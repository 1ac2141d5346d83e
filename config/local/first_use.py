"""What happens once in a checkout, or again only when something has changed."""

import hashlib
import json
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders

from config.local.files import write_private
from config.local.ports import HOST


def store_access(printed: str, *, port: int, path: Path) -> None:
    """Keep how the demo administrator signs in, for the owner's eyes only."""
    found = json.loads(printed[printed.index("{") :])
    write_access({name: found[name] for name in _NAMES}, port=port, path=path)


def known_access(path: Path) -> dict[str, str] | None:
    """Return what is stored, or None where there is nothing of use."""
    try:
        found = json.loads(path.read_text())
        return {name: str(found[name]) for name in _NAMES}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_access(access: dict[str, str], *, port: int, path: Path) -> None:
    """Write the file anew: the port may differ from the last start's."""
    content = {"url": f"http://{HOST}:{port}", **access}
    write_private(path, json.dumps(content, indent=2) + "\n")


def static_state(root: Path) -> str:
    """Return a digest that changes whenever a static file does."""
    digest = hashlib.sha256(str(root).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


_NAMES = ("username", "password", "token")
