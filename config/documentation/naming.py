"""Gives each schema with a title its place among the components.

So an app writes a schema where it is used, and a generated client has a class of that
name.
"""

from typing import Any

# What stands in these is data, not a schema.
_DATA = frozenset({"examples", "example", "default", "enum", "const"})


class TwoOfAName(Exception):
    """Two schemas have the same title and say different things."""


def name(document: dict[str, Any]) -> None:
    """Move every titled schema into the components, and refer to it from its place."""
    schemas: dict[str, Any] = document["components"].setdefault("schemas", {})
    document["paths"] = _moved(document["paths"], schemas)


def _moved(part: Any, schemas: dict[str, Any]) -> Any:
    match part:
        case {"title": str(title), **_rest}:
            _put(title, _inside(part, schemas), schemas)
            return {"$ref": f"#/components/schemas/{title}"}
        case dict():
            return _inside(part, schemas)
        case list():
            return [_moved(item, schemas) for item in part]
        case _:
            return part


def _inside(part: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if key in _DATA else _moved(value, schemas)
        for key, value in part.items()
    }


def _put(title: str, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    if schemas.setdefault(title, schema) != schema:
        raise TwoOfAName(title)
