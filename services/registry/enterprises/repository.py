"""Find enterprises by a part of the name or by code, and read all records of one in one statement."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, text

from services.registry.datasets.tables import searchable
from services.registry.enterprises.domain import READ_FOR_STATUS
from services.registry.revisions import statements
from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.database.engine import Database

_ENTERPRISES = CATALOGUE["enterprises"]
_RECORDS = text(statements.records_of_enterprises())


def is_enterprise(database: Database, uscc: str) -> bool:
    """Return whether the registry has an enterprise now."""
    with database.reading() as connection:
        query = text("SELECT EXISTS (SELECT FROM enterprises WHERE uscc = :uscc)")
        return bool(connection.execute(query, {"uscc": uscc}).scalar_one())


def search(
    connection: Connection,
    access: ReadAccess,
    *,
    revision: int,
    name: str | None,
    code: str | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 enterprises by code: those with `name` in their name and `code` at the beginning of theirs."""
    conditions = [access.visible_condition(_ENTERPRISES, revision)]
    values: dict[str, Any] = {"limit": limit + 1}
    if name:
        conditions.append(f"{searchable('name')} LIKE :tripled AND name LIKE :name")
        values |= {"tripled": _pattern("".join(letter * 3 for letter in name)), "name": _pattern(name)}
    if code:
        conditions.append("starts_with(uscc, :code)")
        values["code"] = code.upper()
    if after:
        conditions.append("uscc > :after")
        values["after"] = after
    query = f"{rows_at(_ENTERPRISES, revision, ' AND '.join(conditions))} ORDER BY uscc LIMIT :limit"
    return [dict(row._mapping) for row in connection.execute(text(query), values)]


def records_of(connection: Connection, access: ReadAccess, uscc: str, revision: int) -> dict[str, list[Any]]:
    """Return every record that names the enterprise at `revision`, by dataset in the catalogue's order, each in key order.

    Records are JSON as PostgreSQL wrote it, except those with sensitive fields and those that the status is derived from.
    """
    found: dict[str, list[Any]] = {}
    for row in connection.execute(_RECORDS, {"codes": [uscc], "revision": revision}):
        dataset = CATALOGUE[row.dataset]
        record: Any = orjson.Fragment(row.record)
        if dataset.sensitive or dataset.name in READ_FOR_STATUS:
            record = access.masked(dataset, orjson.loads(row.record))
        found.setdefault(row.dataset, []).append(record)
    return found


def _pattern(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
