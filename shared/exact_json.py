"""JSON read exactly: decimals digit by digit, never as binary fractions, and no member that is given twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

_MAX_DEPTH = 100
"""Levels of lists and objects in one another: Python reads a few hundred, less the deeper the call."""


def read_json(text: bytes, *, decimals: bool) -> Any:
    """Parse strict JSON: with `decimals`, numbers with a point are exact `Decimal`s. Raises orjson.JSONDecodeError."""
    parsed = orjson.loads(text)
    if len(text) > _MAX_DEPTH and text.count(b"[") + text.count(b"{") > _MAX_DEPTH and _is_deep(parsed):
        raise orjson.JSONDecodeError("too many levels", "", 0)
    return json.loads(text, parse_float=Decimal) if decimals else parsed


def in_json(value: object) -> object:
    """Write what orjson does not know: a decimal as a number without trailing zeros, a day as ISO 8601."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value.normalize():f}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


class _RepeatedError(Exception):
    """A member is given twice."""


def repeated_member(text: bytes, parsed: object) -> str | None:
    """Return the name of a member that some object in `text`, parsed as `parsed`, gives more than once; else None.

    Every member has a colon, so a text without more colons than members is not read again.
    """
    colons = text.count(b":")
    if (isinstance(parsed, dict) and colons <= len(parsed)) or colons <= _members(parsed):
        return None
    try:
        json.loads(text, object_pairs_hook=_once)
    except _RepeatedError as found:
        return str(found)
    return None


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _members(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_members(each) for each in value.values() if isinstance(each, (dict, list)))
    return sum(map(_members, value)) if isinstance(value, list) else 0


def _once(pairs: Sequence[tuple[str, object]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise _RepeatedError(name)
        seen.add(name)
