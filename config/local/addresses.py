"""Where the services are, as environment variables. Settings import it: no Django."""

import json
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

URLS = ("DATABASE_URL", "QUERY_DATABASE_URL", "QUERY_REPLICA_URLS", "REDIS_URL")
OWNER_URLS = ("DATABASE_OWNER_URL", "QUERY_DATABASE_OWNER_URL")
UNSET = "LEFT_TO_EMBEDDED"  # tells `up` what the caller had not set
PLACEHOLDERS = {
    "DATABASE_URL": "postgres://orders_command@127.0.0.1:1/command",
    "QUERY_DATABASE_URL": "postgres://orders_query@127.0.0.1:1/query",
    "QUERY_REPLICA_URLS": "postgres://orders_reader@127.0.0.1:1/query",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_OWNER_URL": "postgres://orders_owner@127.0.0.1:1/command",
    "QUERY_DATABASE_OWNER_URL": "postgres://orders_owner@127.0.0.1:1/query",
}


def default_environment(var_dir: Path) -> dict[str, str]:
    """Return what settings use where the environment is silent; never fails."""
    absent = [name for name in URLS if name not in os.environ]
    if sys.argv[1:2] == ["up"]:
        unset = [name for name in (*URLS, "SECRET_KEY") if name not in os.environ]
        return {**PLACEHOLDERS, UNSET: ",".join(unset), **_secret_key(var_dir)}
    if len(absent) == len(URLS):
        return {**PLACEHOLDERS, **_services(var_dir), **_secret_key(var_dir)}
    stored = _stored_key(var_dir)
    return {"SECRET_KEY": stored} if stored else {}


def is_embedded(var_dir: Path) -> bool:
    """
    Tell whether the databases are this checkout's own: it has made their passwords.

    How they are reached makes no difference, nor whether they run.
    """
    url = os.environ.get("DATABASE_URL", "")
    if url == PLACEHOLDERS["DATABASE_URL"]:
        return True
    try:
        made = json.loads(passwords_file(var_dir).read_text())
        return urlsplit(url).password in made.values()
    except (OSError, ValueError, AttributeError):
        return False


def passwords_file(var_dir: Path) -> Path:
    """Name the file that keeps the passwords made for this checkout's servers."""
    return var_dir / "passwords.json"


def services_file(var_dir: Path) -> Path:
    """Name the file in which running services leave their URLs."""
    return var_dir / "services.json"


def secret_key_file(var_dir: Path) -> Path:
    """Name the file that keeps the secret made for this checkout."""
    return var_dir / "secret-key"


def _services(var_dir: Path) -> dict[str, str]:
    try:
        found = json.loads(services_file(var_dir).read_text())
        return {name: str(found[name]) for name in PLACEHOLDERS}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _secret_key(var_dir: Path) -> dict[str, str]:
    return {"SECRET_KEY": _stored_key(var_dir) or secrets.token_urlsafe(50)}


def _stored_key(var_dir: Path) -> str:
    try:
        return secret_key_file(var_dir).read_text().strip()
    except (OSError, ValueError):
        return ""
