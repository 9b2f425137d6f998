"""`facts.revised` into the outbox: one per dataset and enterprise, for owners before and after, in one statement."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from services.registry.datasets.catalogue import CATALOGUE, owned
from services.registry.datasets.domain import Dataset
from services.registry.datasets.tables import history_name
from services.registry.revisions.domain import Author, Counts
from services.registry.revisions.sql import listed, parent_of
from shared.events.facts_revised import MAX_KEYS, TYPE
from shared.messaging.topics import REGISTRY_FACTS, REGISTRY_SOURCE
from shared.observability import tracing


def announce(connection: Connection, changed: Mapping[str, Counts], revision: int, author: Author) -> None:
    """Write the events of `revision` to the outbox. Datasets that belong to nobody are told by `GET /v1/changes` alone."""
    for name, counts in changed.items():
        dataset = CATALOGUE[name]
        if owned(dataset):
            connection.execute(
                text(_statement(dataset, revision, counts)),
                {
                    "topic": REGISTRY_FACTS,
                    "type": TYPE,
                    "source": REGISTRY_SOURCE,
                    "at": author.at,
                    "trace": tracing.current_trace_parent(),
                },
            )


def _statement(dataset: Dataset, revision: int, counts: Counts) -> str:
    key = f"json_build_array({listed(dataset.key)})"
    return f"""
        INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data, trace_parent)
        SELECT :topic, owner, :type, gen_random_uuid(), :source, owner, :at,
               json_build_object('revision', {revision:d}, 'dataset', '{dataset.name}', 'uscc', owner,
                                 'keys', to_json(keys[part * {MAX_KEYS} + 1 : (part + 1) * {MAX_KEYS}]))::text,
               :trace
        FROM (SELECT owner, array_agg({key} ORDER BY {listed(dataset.key)}) AS keys
              FROM ({_touched(dataset, revision, counts)}) AS touched
              WHERE owner IS NOT NULL GROUP BY owner) AS owned,
             generate_series(0, (cardinality(keys) - 1) / {MAX_KEYS}) AS part
    """


def _touched(dataset: Dataset, revision: int, counts: Counts) -> str:
    """Write the query of (owner, key) for every row that the revision made or ended."""
    sources = []
    if counts.inserted + counts.replaced:
        sources.append(f"FROM {dataset.name} WHERE revision = {revision:d}")
    if counts.replaced + counts.withdrawn:
        sources.append(f"FROM {history_name(dataset.name)} WHERE replaced_in = {revision:d}")
    key = listed(dataset.key)
    if dataset.owners:
        parts = [f"SELECT {name} AS owner, {key} {rows}" for rows in sources for name in dataset.owners]
        return " UNION ".join(parts)
    field, parent = (dataset.through or ("", ""))[0], parent_of(dataset)
    owners = (
        f"SELECT {field} AS parent_key, uscc AS owner FROM {parent.name}"
        f" UNION SELECT {field}, uscc FROM {history_name(parent.name)} WHERE replaced_in = {revision:d}"
    )
    rows = " UNION ".join(f"SELECT {key} {rows}" for rows in sources)
    return f"SELECT owner, {key} FROM ({rows}) AS rows JOIN ({owners}) AS owners ON owners.parent_key = rows.{field}"
