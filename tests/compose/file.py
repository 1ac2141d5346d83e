"""docker-compose.yml as Docker Compose reads it: values put in, fragments merged."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
ASKED = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


def raw() -> dict[str, Any]:
    """Return the file with its anchors followed, and no value put in."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def read(values: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the file with these values put in.

    :raises KeyError: if one is missing that has no default
    """
    found: dict[str, Any] = _with(raw(), values)
    return found


def variables() -> set[str]:
    """Return the names of all values that the file asks for."""
    return {found[1] for found in ASKED.finditer(FILE.read_text()) if found[1]}


def commented() -> dict[str, tuple[str, str]]:
    """Return each value of .env.example, commented out or not, with its comment."""
    found, comment = {}, ""
    for line in EXAMPLE.read_text().splitlines():
        if value := re.fullmatch(r"(?:# ?)?([A-Z][A-Z0-9_]*)=(.*)", line):
            found[value[1]] = value[2], comment.strip()
            comment = ""
        elif line.startswith("#"):
            comment += f"{line.lstrip('# ')} "
        else:
            comment = ""
    return found


def _with(part: Any, values: Mapping[str, str]) -> Any:
    match part:
        case dict():
            return {name: _with(one, values) for name, one in part.items()}
        case list():
            return [_with(one, values) for one in part]
        case str():
            return ASKED.sub(lambda asked: _value(asked, values), part)
        case _:
            return part


def _value(asked: re.Match[str], values: Mapping[str, str]) -> str:
    name, how, default = asked.groups()
    if not name:
        return "$"
    if value := values.get(name):
        return value
    if how == "-":
        return str(default)
    raise KeyError(f"{name} is missing")
