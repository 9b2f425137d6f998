"""Drafts: what staged rows would change, kept until another person confirms it; and the same rows staged again.

A draft holds the rows as they would be recorded, spellings and absent fields completed, and only those that would change
something. So what its view shows is what its confirmation records, for as long as no other revision has changed one of its keys.
"""

from __future__ import annotations

from sqlalchemy import Connection, Row, insert, text

from services.registry.revisions import statements
from services.registry.revisions.domain import Author, Counts, Kind
from services.registry.revisions.staging import Staging
from services.registry.revisions.tables import drafts
from shared.catalogue.datasets import CATALOGUE
from shared.errors import Conflict


def keep_rows(connection: Connection, staging: Staging, author: Author, base: int) -> tuple[str | None, Counts]:
    """Keep checked rows as a draft on top of revision `base`; none if they would change nothing."""
    dataset, table = staging.dataset, staging.table
    found = connection.execute(text(statements.count_changes(dataset, table))).one()
    unchanged = staging.unchanged + staging.rows - found.inserted - found.replaced
    counts = Counts(inserted=found.inserted, replaced=found.replaced, unchanged=unchanged)
    if not counts.changed:
        return None, counts
    return _keep(connection, staging, statements.draft_changed(dataset, table), author, base, counts), counts


def keep_withdrawal(connection: Connection, keys: Staging, author: Author, base: int) -> tuple[str, Counts]:
    """Keep the withdrawal of staged keys, which are all on record, as a draft."""
    counts = Counts(withdrawn=keys.rows)
    return _keep(connection, keys, statements.draft_withdrawn(keys.dataset, keys.table), author, base, counts), counts


def _keep(connection: Connection, staging: Staging, statement: str, author: Author, base: int, counts: Counts) -> str:
    made = insert(drafts).values(
        proposed_by=author.actor,
        kind=author.kind.value,
        dataset=staging.dataset.name,
        source=author.source,
        reason=author.reason,
        import_id=author.import_id,
        base_revision=base,
        rows=counts.as_rows(),
    )
    draft_id = connection.execute(made.returning(drafts.c.id)).scalar_one()
    connection.execute(text(statement), {"draft": draft_id})
    return str(draft_id)


def staged_again(connection: Connection, draft: Row[tuple[object, ...]]) -> Staging:
    """Stage the rows of a draft (of its keys, if it withdraws) in the order of their keys; the caller holds `lock_publishing`.

    Raises Conflict if another revision has changed one of its keys since it was drafted.
    """
    dataset = CATALOGUE[draft.dataset]
    values = {"draft": draft.id}
    changed = statements.changed_since(dataset, draft.base_revision)
    if count := connection.execute(text(changed), values).scalar_one():
        raise Conflict(
            "{count:,} of the records have been changed since the draft was made. Discard it and send the change set again.",
            count=count,
            extra={"state": "proposed"},
        )
    staging = Staging(connection, dataset)
    names = dataset.key if draft.kind == Kind.WITHDRAWAL else dataset.names
    staging.fill(statements.stage_drafted(dataset, staging.table, names), values)
    return staging
