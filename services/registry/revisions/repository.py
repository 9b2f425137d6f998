"""Publishing: one change set at a time, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, func, insert, select, text

from services.registry.datasets.catalogue import CATALOGUE
from services.registry.datasets.domain import Dataset
from services.registry.datasets.validation_errors import ERRORS_SCHEMA
from services.registry.revisions import constraints
from services.registry.revisions.domain import Author, Counts, Published, RowsRefusedError
from services.registry.revisions.events import announce
from services.registry.revisions.merge import merge, withdraw
from services.registry.revisions.sql import same
from services.registry.revisions.staging import Staging
from services.registry.revisions.tables import revisions

PUBLISHING_LOCK = 0x7265766973696F6E  # "revision"


def latest_revision(connection: Connection) -> int:
    """Return the number of the newest revision, 0 if there is none."""
    return int(connection.execute(select(func.coalesce(func.max(revisions.c.revision), 0))).scalar_one())


def publish(connection: Connection, staged: Sequence[Staging], author: Author) -> Published:
    """Publish staged rows as one revision, within the caller's transaction; from here to its end other publishers wait.

    Rows that break a law are left out and told in `errors`: a caller who wants all or nothing rolls back then.
    Without any change there is no new revision.
    """
    errors = {item.dataset.name: [constraints.remove_repetitions(connection, item)] for item in staged}
    published = Published(lock_publishing(connection), changed=False)
    order = list(CATALOGUE)
    for item in sorted(staged, key=lambda found: order.index(found.dataset.name)):
        errors[item.dataset.name] += _refuse(connection, item)
        published.counts[item.dataset.name] = merge(connection, item, published.revision + 1)
    frames = {name: pl.concat(found) for name, found in errors.items()}
    published.errors = {name: frame for name, frame in frames.items() if frame.height}
    _conclude(connection, published, author)
    return published


def publish_withdrawal(connection: Connection, keys: Staging, author: Author) -> Published:
    """Withdraw the staged keys as one revision. Raises RowsRefusedError for a key that is not there or still named by others."""
    dataset = keys.dataset
    before = lock_publishing(connection)
    missing = connection.execute(
        text(
            f"SELECT i.line FROM {keys.table} AS i WHERE NOT EXISTS"
            f" (SELECT 1 FROM {dataset.name} AS c WHERE {same(dataset.key, 'c', 'i')}) ORDER BY 1"
        )
    ).scalars()
    _stop_at(dataset, list(missing), "unknown_key")
    if dataset.name == "enterprises":
        _stop_at(dataset, _still_named(connection, keys.table), "still_referenced")
    published = Published(before, changed=False)
    published.counts[dataset.name] = Counts(withdrawn=withdraw(connection, dataset, keys.table, before + 1))
    _conclude(connection, published, author)
    return published


def lock_publishing(connection: Connection) -> int:
    """Wait until nobody else publishes, and keep them waiting to the transaction's end; returns the newest revision."""
    connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING_LOCK)))
    return latest_revision(connection)


def _refuse(connection: Connection, item: Staging) -> list[pl.DataFrame]:
    """Take out the staged rows that break a law; a row taken out may leave another one overlapping, so repeat."""
    found = [constraints.unknown_enterprises(connection, item)]
    item.remove(found[0])
    while (overlapping := constraints.overlapping_periods(connection, item)).height:
        item.remove(overlapping)
        found.append(overlapping)
    return found


def _stop_at(dataset: Dataset, lines: list[int], code: str) -> None:
    if lines:
        columns = {"line": lines, "field": dataset.key[-1], "code": code, "detail": None}
        raise RowsRefusedError({dataset.name: pl.DataFrame(columns, schema=ERRORS_SCHEMA)})


def _conclude(connection: Connection, published: Published, author: Author) -> None:
    changed = {name: counts for name, counts in published.counts.items() if counts.changed}
    if not changed:
        return
    revision = published.revision + 1
    published.revision, published.changed = revision, True
    announce(connection, changed, revision, author)
    # What the tables' constraints say is heard here, not at the commit, where nobody could answer.
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    connection.execute(
        insert(revisions).values(
            revision=revision,
            kind=author.kind.value,
            actor=author.actor,
            recorded_at=author.at,
            source=author.source,
            reason=author.reason,
            import_id=author.import_id,
            datasets=list(changed),
            rows={
                name: {"inserted": counts.inserted, "replaced": counts.replaced, "withdrawn": counts.withdrawn}
                for name, counts in changed.items()
            },
        )
    )


def _still_named(connection: Connection, table: str) -> list[int]:
    named = " UNION ".join(
        f"SELECT i.line FROM {table} AS i JOIN {dataset.name} AS o ON o.{name} = i.uscc"
        for dataset in CATALOGUE.values()
        for name in dataset.references
    )
    return sorted(connection.execute(text(named)).scalars())
