"""JSON with exact numbers: decimals are read and written digit by digit, never as binary fractions."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import orjson


def read_json(text: bytes, *, decimals: bool) -> Any:
    """Parse strict JSON: with `decimals`, numbers with a point are exact `Decimal`s. Raises orjson.JSONDecodeError."""
    parsed = orjson.loads(text)
    return json.loads(text, parse_float=Decimal) if decimals else parsed


def in_json(value: object) -> object:
    """Write what orjson does not know: a decimal as a number without trailing zeros, a day as ISO 8601."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value.normalize():f}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
