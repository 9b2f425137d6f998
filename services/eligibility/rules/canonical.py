"""Canonical JSON: one byte sequence for one meaning, so that a hash names it and a replay can equal it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(document: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8 as it is; dates must already be text. Floats are refused."""
    _refuse_floats(document)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sha256(document: bytes) -> str:
    """Hexadecimal SHA-256 of a stored document."""
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
