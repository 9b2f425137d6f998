"""The committed documents of the APIs. `tests/contract/test_documents.py` compares them with what the code says, so that
the other tests need not write them again: every worker would, only to know which tests there are."""

from __future__ import annotations

from typing import Any

import orjson

from deploy import documents

COMMITTED = {
    str(file.relative_to(documents.FOLDER)): file.read_bytes()
    for file in sorted(documents.FOLDER.rglob("*"))
    if file.is_file()
}
"""By their paths below `docs/api/`."""

OPENAPI: dict[str, dict[str, Any]] = {
    path.removesuffix(".openapi.json"): orjson.loads(content)
    for path, content in COMMITTED.items()
    if path.endswith(".openapi.json")
}
"""By service."""
