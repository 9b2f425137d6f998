"""Publish change sets: one at a time, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection, func, insert, select, text

from services.registry.revisions import drafting, statements
from services.registry.revisions.domain import Author, Clearing, Counts, Published
from services.registry.revisions.staging import Staging
from services.registry.revisions.tables import revisions
from shared.catalogue.datasets import CATALOGUE
from shared.events.facts_revised import TYPE
from shared.messaging.topics import REGISTRY_FACTS, REGISTRY_SOURCE
from shared.observability import tracing

PUBLISHING_LOCK = 0x7265766973696F6E  # "revision"


def latest_revision(connection: Connection) -> int:
    """Return the number of the newest revision, 0 if there is none."""
    return int(connection.execute(select(func.coalesce(func.max(revisions.c.revision), 0))).scalar_one())


def lock_publishing(connection: Connection) -> int:
    """Wait until nobody else publishes, and keep others waiting to the transaction's end; return the newest revision."""
    connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING_LOCK)))
    return latest_revision(connection)


def publish(
    connection: Connection, staged: Sequence[Staging], author: Author, *, clearing: Clearing = Clearing.REFUSE
) -> Published:
    """Publish staged rows as one revision, within the caller's transaction; from here to its end other publishers wait.

    Rows that break a rule are left out and reported in `errors`: an all-or-nothing caller then rolls back. So are rows that
    would empty a value on record, unless `clearing` allows it. Without any change there is no new revision. Rows of a dataset
    that needs a second person are kept as a draft instead, unless the author has one.
    """
    errors = {item.dataset.name: [item.remove_repetitions()] for item in staged}
    published = Published(lock_publishing(connection), changed=False)
    order = list(CATALOGUE)
    # What is given for a subject comes after the rows that are one.
    for item in sorted(staged, key=lambda it: (it.dataset.subjects is not None, order.index(it.dataset.name))):
        errors[item.dataset.name] += _settle(item, published, clearing)
        name = item.dataset.name
        if item.dataset.confirmation and author.confirmed_by is None:
            draft_id, published.counts[name] = drafting.keep_rows(connection, item, author, published.revision)
            if draft_id is not None:
                published.drafts[name] = draft_id
        else:
            published.counts[name] = _merge(connection, item, published.revision + 1)
    frames = {name: pl.concat(found) for name, found in errors.items()}
    published.errors = {name: frame for name, frame in frames.items() if frame.height}
    _record_revision(connection, published, author)
    return published


def _settle(item: Staging, published: Published, clearing: Clearing) -> list[pl.DataFrame]:
    """Compare staged rows with those on record, which nobody else changes now; return what is wrong with those left out."""
    repeated = item.adopt_spellings()
    item.keep_absent()
    item.remove_unchanged()
    if not item.rows:
        return [repeated]
    found = [repeated, item.remove_other_spellings()]
    cleared = item.cleared()
    for field, count in cleared.group_by("field").len().sort("field").iter_rows():
        published.clearing[f"{item.dataset.name}.{field}"] = count
    if clearing is Clearing.REFUSE:
        item.remove(cleared)
        found.append(cleared)
    return [*found, item.remove_refused()]


def publish_withdrawal(connection: Connection, keys: Staging, author: Author) -> Published:
    """Withdraw the staged keys as one revision, or none if `errors` reports keys that are unknown or named by other rows.

    Of a dataset that needs a second person, the withdrawal is kept as a draft, unless the author has one.
    """
    dataset = keys.dataset
    published = Published(lock_publishing(connection), changed=False)
    keys.adopt_spellings()
    errors = keys.unwithdrawable()
    if errors.height:
        published.errors[dataset.name] = errors
        return published
    if dataset.confirmation and author.confirmed_by is None:
        made = drafting.keep_withdrawal(connection, keys, author, published.revision)
        published.drafts[dataset.name], published.counts[dataset.name] = made
        return published
    kept = connection.execute(text(statements.keep_withdrawn(dataset, keys.table, published.revision + 1)))
    connection.execute(text(statements.delete_withdrawn(dataset, keys.table)))
    published.counts[dataset.name] = Counts(withdrawn=kept.rowcount)
    _record_revision(connection, published, author)
    return published


def _merge(connection: Connection, staging: Staging, revision: int) -> Counts:
    """Make the staged rows current as of `revision`: rows that they replace go to the history first."""
    dataset, table = staging.dataset, staging.table
    counts = Counts(unchanged=staging.unchanged)
    if not staging.rows:
        return counts
    occupied = connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {dataset.name})")).scalar_one()
    if occupied and dataset.values:
        counts.replaced = connection.execute(text(statements.keep_replaced(dataset, table, revision))).rowcount
        if counts.replaced:
            connection.execute(text(statements.replace(dataset, table, revision)))
    inserted = connection.execute(text(statements.insert_new(dataset, table, revision, occupied=occupied)))
    counts.inserted = inserted.rowcount
    counts.unchanged += staging.rows - counts.inserted - counts.replaced
    return counts


def _record_revision(connection: Connection, published: Published, author: Author) -> None:
    """Record the revision and announce it, if anything was changed."""
    changed = {
        name: counts for name, counts in published.counts.items() if counts.changed and name not in published.drafts
    }
    if not changed:
        return
    revision = published.revision + 1
    published.revision, published.changed = revision, True
    _announce(connection, changed, revision, author)
    # A broken constraint of the tables is reported here, not at the commit, where nobody could answer.
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
            rows={name: counts.as_rows() for name, counts in changed.items()},
            confirmed_by=author.confirmed_by,
        )
    )


def _announce(connection: Connection, changed: Mapping[str, Counts], revision: int, author: Author) -> None:
    """Write `facts.revised` to the outbox, one per dataset and owner before or after, one statement per dataset.

    Changes of datasets that belong to nobody are found by `GET /v1/changes` alone.
    """
    values = {
        "topic": REGISTRY_FACTS,
        "type": TYPE,
        "source": REGISTRY_SOURCE,
        "at": author.at,
        "trace": tracing.current_trace_parent(),
    }
    for name, counts in changed.items():
        if CATALOGUE[name].owned:
            added, ended = counts.inserted + counts.replaced > 0, counts.replaced + counts.withdrawn > 0
            connection.execute(text(statements.announce(CATALOGUE[name], revision, added=added, ended=ended)), values)
