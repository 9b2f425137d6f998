"""Find the rows with a sign: sign by sign, each in the order of its keys, until the page is full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, text

from services.registry.quality.signs import SIGNS
from services.registry.quality.statements import page_of_warnings, placeholders
from services.registry.revisions.records import ReadAccess


def warnings(
    connection: Connection,
    access: ReadAccess,
    *,
    revision: int,
    signs: Sequence[int],
    naming: str | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 warnings: `sign` (its place in SIGNS), `key_text` and the enterprise.

    `signs` are the places in SIGNS to read, `naming` an enterprise, `after` the last (sign, key) of the page before.
    """
    found: list[dict[str, Any]] = []
    values = placeholders(access, revision)
    last_sign, last_key = after or (-1, "")
    for place in signs:
        if place < last_sign:
            continue
        statement = text(page_of_warnings(SIGNS[place], values, access, revision, naming))
        page = {"after": last_key if place == last_sign else "", "limit": limit + 1 - len(found)}
        found += [
            {"sign": place, "key_text": row.key_text, "key": orjson.loads(row.key_text), "uscc": row.uscc}
            for row in connection.execute(statement, page)
        ]
        if len(found) > limit:
            break
    return found
