"""JSON with exact numbers: decimals are read and written digit by digit, never as binary fractions."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from shared.catalogue.domain import Dataset, Kind


def read_json(text: bytes, dataset: Dataset) -> Any:
    """Parse strict JSON about `dataset`: numbers with a point are `Decimal`s where it has decimal fields, else floats.

    Raises orjson.JSONDecodeError.
    """
    parsed = orjson.loads(text)
    if all(item.kind is not Kind.DECIMAL for item in dataset.fields):
        return parsed
    return json.loads(text, parse_float=Decimal)


def in_json(value: object) -> object:
    """Write what orjson does not know: a decimal as a number without trailing zeros, a day as ISO 8601."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value.normalize():f}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
