"""Staged rows into current rows and history: set by set, the unchanged skipped."""

from __future__ import annotations

from sqlalchemy import Connection, text

from services.registry.datasets.domain import Dataset
from services.registry.datasets.tables import history_name
from services.registry.revisions.domain import Counts
from services.registry.revisions.sql import differ, listed, same
from services.registry.revisions.staging import Staging


def merge(connection: Connection, staging: Staging, revision: int) -> Counts:
    """Make the staged rows current as of `revision`: rows that they replace go to the history first."""
    dataset, table = staging.dataset, staging.table
    counts = Counts(unchanged=staging.repeated)
    if not staging.rows:
        return counts
    occupied = connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {dataset.name})")).scalar_one()
    if occupied and dataset.values:
        counts.replaced = _replace(connection, dataset, table, revision)
    new = f" WHERE NOT EXISTS (SELECT 1 FROM {dataset.name} AS c WHERE {same(dataset.key, 'c', 'i')})"
    counts.inserted = connection.execute(
        text(
            f"INSERT INTO {dataset.name} ({listed(dataset.names)}, revision)"
            f" SELECT {listed(dataset.names, 'i.')}, {revision:d} FROM {table} AS i{new if occupied else ''}"
            # In key order the index grows at its end, and snapshots find the rows sorted already.
            f" ORDER BY {listed(dataset.key, 'i.')}"
        )
    ).rowcount
    counts.unchanged += staging.rows - counts.inserted - counts.replaced
    return counts


def _replace(connection: Connection, dataset: Dataset, table: str, revision: int) -> int:
    changed = f"{same(dataset.key, 'c', 'i')} AND {differ(dataset.values, 'c', 'i')}"
    replaced = connection.execute(
        text(
            f"INSERT INTO {history_name(dataset.name)} ({listed(dataset.names)}, revision, replaced_in)"
            f" SELECT {listed(dataset.names, 'c.')}, c.revision, {revision:d}"
            f" FROM {dataset.name} AS c JOIN {table} AS i ON {changed}"
        )
    ).rowcount
    if replaced:
        values = ", ".join(f"{name} = i.{name}" for name in dataset.values)
        connection.execute(
            text(f"UPDATE {dataset.name} AS c SET {values}, revision = {revision:d} FROM {table} AS i WHERE {changed}")
        )
    return replaced


def withdraw(connection: Connection, dataset: Dataset, table: str, revision: int) -> int:
    """Move the rows whose keys are in `table` from current to history; returns how many."""
    matched = same(dataset.key, "c", "i")
    moved = connection.execute(
        text(
            f"INSERT INTO {history_name(dataset.name)} ({listed(dataset.names)}, revision, replaced_in)"
            f" SELECT {listed(dataset.names, 'c.')}, c.revision, {revision:d}"
            f" FROM {dataset.name} AS c JOIN {table} AS i ON {matched}"
        )
    ).rowcount
    connection.execute(text(f"DELETE FROM {dataset.name} AS c USING {table} AS i WHERE {matched}"))
    return moved
