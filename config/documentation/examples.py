"""Puts an example of each body together from those of its parts."""

from typing import Any

Schemas = dict[str, Any]


def add(operation: dict[str, Any], schemas: Schemas) -> None:
    """Show an example of the body that is sent, and of each that is answered."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media_type in body.get("content", {}).values():
            if "examples" not in media_type and "example" not in media_type:
                media_type["example"] = example_of(media_type["schema"], schemas)


def example_of(schema: dict[str, Any], schemas: Schemas) -> Any:
    """
    Return the schema's own first example, else one made of those of its parts.

    An optional part is shown if it has an example of its own.
    """
    match schema:
        case {"examples": [first, *_]} | {"enum": [first, *_]}:
            return first
        case {"$ref": ref}:
            return example_of(schemas[ref.rpartition("/")[2]], schemas)
        case {"oneOf": [first, *_]} | {"anyOf": [first, *_]}:
            return example_of(first, schemas)
        case {"items": items}:
            return [example_of(items, schemas)]
        case {"properties": properties}:
            required = schema.get("required", ())
            return {
                name: example_of(part, schemas)
                for name, part in properties.items()
                if name in required or "examples" in part
            }
        case _:
            return {}
