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


class RepeatedMemberError(ValueError):
    """An object gives a member, its `name`, more than once."""

    def __init__(self, name: str) -> None:
        """Keep the name of the member."""
        super().__init__(name)
        self.name = name


def read_json(text: bytes, *, decimals: bool) -> Any:
    """Parse strict JSON: with `decimals`, numbers with a point are exact `Decimal`s.

    Raises orjson.JSONDecodeError or RepeatedMemberError. Every member has a colon, so a text without more colons than members is
    not read again.
    """
    parsed = orjson.loads(text)
    if len(text) > _MAX_DEPTH and text.count(b"[") + text.count(b"{") > _MAX_DEPTH and _is_deep(parsed):
        raise orjson.JSONDecodeError("too many levels", "", 0)
    colons = text.count(b":")
    if not (type(parsed) is dict and colons <= len(parsed)) and colons > _members(parsed):
        json.loads(text, object_pairs_hook=_once)
    return json.loads(text, parse_float=Decimal) if decimals else parsed


def in_json(value: object) -> object:
    """Write what orjson does not know: a decimal as a number without trailing zeros, a day as ISO 8601."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value.normalize():f}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


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
            raise RepeatedMemberError(name)
        seen.add(name)
