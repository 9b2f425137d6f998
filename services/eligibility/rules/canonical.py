"""Canonical JSON: one byte sequence for one meaning, so that a hash identifies it and a replay can give the same bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(document: Any) -> bytes:
    """Return a document with sorted keys, no spaces, in UTF-8. Dates must already be text; floats are refused."""
    _refuse_floats(document)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sha256(document: bytes) -> str:
    """Return the hexadecimal SHA-256 of a stored document."""
    return hashlib.sha256(document).hexdigest()


def _refuse_floats(document: Any) -> None:
    if isinstance(document, float):
        raise TypeError("a canonical document holds no binary fractions")
    if isinstance(document, dict):
        for value in document.values():
            _refuse_floats(value)
    elif isinstance(document, list | tuple):
        for value in document:
            _refuse_floats(value)
