"""Read records as known at a revision, and the history of one key, as far as the caller may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from services.registry.cipher import AccountCipher
from services.registry.revisions import statements
from services.registry.revisions.repository import latest_revision
from services.registry.revisions.sql_fragments import visible_to
from shared.catalogue.domain import Dataset
from shared.clock import isoformat
from shared.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class ReadAccess:
    """Access of a caller: rows of `jurisdiction` or of `uscc` alone, account numbers whole if `accounts`; `today` in China."""

    cipher: AccountCipher
    today: date
    jurisdiction: str | None
    accounts: bool
    uscc: str | None = None

    def masked(self, dataset: Dataset, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record with its sensitive fields whole or masked."""
        for name in dataset.sensitive:
            if name in record:
                record[name] = self.cipher.show(record[name], whole=self.accounts)
        return record

    def visible_condition(self, dataset: Dataset, revision: int | str) -> str:
        """Write the condition that the caller may see a row."""
        return visible_to(dataset, self.jurisdiction, self.uscc, self.today, revision)


def known_revision(connection: Connection, revision: int | None) -> int:
    """Return `revision`, or the newest one if it is None; raises Invalid for one that does not exist yet."""
    latest = latest_revision(connection)
    if revision is not None and revision > latest:
        raise Invalid(
            "The newest revision is {latest}.",
            errors=[FieldError("revision", "revision_unknown", "this revision has not been made yet")],
            latest=latest,
        )
    return latest if revision is None else revision


def read_records(
    connection: Connection,
    access: ReadAccess,
    dataset: Dataset,
    *,
    revision: int,
    filters: Mapping[str, Any],
    after: Sequence[Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 records in key order, those after the key `after`; each with the revision that set it."""
    values: dict[str, Any] = {f"f_{name}": value for name, value in filters.items()} | {"limit": limit + 1}
    if after is not None:
        values |= {f"a_{name}": value for name, value in zip(dataset.key, after, strict=True)}
    visible = access.visible_condition(dataset, revision)
    query = statements.page_of_records(dataset, revision, visible, list(filters), follows=after is not None)
    return [access.masked(dataset, dict(row._mapping)) for row in connection.execute(text(query), values)]


def read_history(
    connection: Connection, access: ReadAccess, dataset: Dataset, key: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return every version of the record with that key, the oldest first, with who set it and when it ended."""
    visible = access.visible_condition(dataset, latest_revision(connection))
    query = statements.versions_of_record(dataset, list(key), visible)
    return [_version(access, dataset, row) for row in connection.execute(text(query), dict(key))]


def _version(access: ReadAccess, dataset: Dataset, row: Row[Any]) -> dict[str, Any]:
    values = row._mapping
    return {
        "revision": row.revision,
        "replaced_in": row.replaced_in,
        "withdrawn": row.ended_kind == "withdrawal",
        "record": access.masked(dataset, {name: values[name] for name in dataset.names}),
        "actor": row.made_actor,
        "confirmed_by": row.made_confirmed,
        "recorded_at": isoformat(row.made_at),
        "source": row.made_source,
        "reason": row.made_reason,
        "ended_by": row.ended_actor,
        "ended_at": isoformat(row.ended_at) if row.ended_at else None,
        "ended_reason": row.ended_reason,
    }
