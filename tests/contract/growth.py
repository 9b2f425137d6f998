"""May an event's schema become another one? Only by members that may be left out.

Events stay in logs and outboxes, and are told again: a newer consumer reads old events, and an older one reads new events. So
whatever a schema says of a member must stay as it is, in both directions: its type, bounds, choices and meaning, and whether it
must be there. What is not a law of the schema (titles, examples) may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

Schema = Mapping[str, Any]

_FREE = {"title", "examples", "$id", "$schema", "$defs", "properties", "required", "default"}


def breaks(released: Schema, current: Schema) -> list[str]:
    """Name every place where `current` is not `released` with members added that may be left out."""
    return sorted(_object("", released, current, released, current))


def _object(path: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    for word in sorted((set(old) | set(new)) - _FREE):
        before, after = old.get(word), new.get(word)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _object(f"{path}/{word}", before, after, old_root, new_root)
        elif _is_schemas(before) and _is_schemas(after) and len(before) == len(after):
            for place, (left, right) in enumerate(zip(before, after, strict=True)):
                yield from _object(f"{path}/{word}/{place}", left, right, old_root, new_root)
        elif _said(word, before) != _said(word, after):
            yield f"{path or '/'}: {word} is another one"
    if "default" in old and old["default"] != new.get("default"):
        yield f"{path or '/'}: the default is another one"
    members, now = old.get("properties", {}), new.get("properties", {})
    for name, schema in members.items():
        if name not in now:
            yield f"{path}/{name}: gone"
        else:
            yield from _object(f"{path}/{name}", schema, now[name], old_root, new_root)
    must, must_now = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{path}/{name}: need no longer be there" for name in must - must_now if name in now)
    yield from (f"{path}/{name}: must be there now" for name in must_now - must)


def _said(word: str, value: Any) -> Any:
    return sorted(value) if word == "enum" and value else value


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Any = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{word: said for word, said in schema.items() if word != "$ref"}}


def _is_schemas(value: object) -> TypeGuard[list[Schema]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)
