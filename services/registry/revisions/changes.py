"""What changed between two revisions: per key the row before and after. The cost follows the number of changed keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson
import pyarrow as pa
from sqlalchemy import Connection, text

from services.registry.arrow_reader import ArrowReader
from services.registry.datasets.catalogue import CATALOGUE
from services.registry.datasets.domain import Dataset
from services.registry.datasets.tables import history_name
from services.registry.revisions.formats import Batches
from services.registry.revisions.reading import View
from services.registry.revisions.sql import codes_array, json_row, listed, names_any_of, owner_at, same

SCHEMA = pa.schema(
    [
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("revision", pa.int64(), nullable=False),
        pa.field("uscc_before", pa.string()),
        pa.field("uscc_after", pa.string()),
        pa.field("enterprises", pa.list_(pa.string()), nullable=False),
        pa.field("before", pa.string()),
        pa.field("after", pa.string()),
    ]
)
"""`key` is a JSON array; `before` and `after` are JSON objects, null where the key was or is not there."""

JSON_COLUMNS = ("key", "before", "after")


def touched(connection: Connection, after: int, until: int) -> list[Dataset]:
    """Return the datasets that revisions in (`after`, `until`] changed, in the catalogue's order."""
    names = set(
        connection.execute(
            text("SELECT DISTINCT unnest(datasets) FROM revisions WHERE revision > :after AND revision <= :until"),
            {"after": after, "until": until},
        ).scalars()
    )
    return [dataset for name, dataset in CATALOGUE.items() if name in names]


def read(
    reader: ArrowReader,
    view: View,
    datasets: Sequence[Dataset],
    after: int,
    until: int,
    *,
    naming: Sequence[str] | None = None,
) -> Batches:
    """Read the changes of `datasets` between two revisions, by dataset and key, as batches of SCHEMA.

    `naming`: only rows that named or name one of these enterprises. A caller tied to a jurisdiction gets the rows that
    it may see before or after.
    """
    for dataset in datasets:
        for batch in reader.batches(_statement(dataset, view, after, until, naming)):
            if batch.num_rows:
                yield _shown(view, dataset, _as_declared(batch))


def _as_declared(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch.column(item.name).cast(item.type) for item in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _statement(dataset: Dataset, view: View, after: int, until: int, naming: Sequence[str] | None) -> str:
    columns = f"{listed(dataset.names)}, revision"
    past = history_name(dataset.name)
    seen = [
        f"({view.condition(dataset, revision)} AND"
        f" {'true' if naming is None else names_any_of(dataset, codes_array(naming), revision)})"
        for revision in (after, until)
    ]
    key = ", ".join(f"coalesce(a.{name}, b.{name})" for name in dataset.key)
    owners = ", ".join(f"{row}.{name}" for row in "ba" for name in dataset.owners) or ", ".join(
        (owner_at(dataset, "b", after), owner_at(dataset, "a", until))
    )
    last_end = (
        f"(SELECT max(h.replaced_in) FROM {past} AS h WHERE {same(dataset.key, 'h', 'b')}"
        f" AND h.replaced_in > {after:d} AND h.replaced_in <= {until:d})"
    )
    visible = (
        f"(EXISTS (SELECT 1 FROM vb WHERE {same(dataset.key, 'vb', 'b')})"
        f" OR EXISTS (SELECT 1 FROM va WHERE {same(dataset.key, 'va', 'a')}))"
        if view.jurisdiction is not None or naming is not None
        else "true"
    )
    return f"""
        WITH b AS (SELECT {columns} FROM {past}
                   WHERE revision <= {after:d} AND replaced_in > {after:d} AND replaced_in <= {until:d}),
             a AS (SELECT {columns} FROM {dataset.name} WHERE revision > {after:d} AND revision <= {until:d}
                   UNION ALL
                   SELECT {columns} FROM {past}
                   WHERE revision > {after:d} AND revision <= {until:d} AND replaced_in > {until:d}),
             vb AS (SELECT {listed(dataset.key)} FROM b WHERE {seen[0]}),
             va AS (SELECT {listed(dataset.key)} FROM a WHERE {seen[1]})
        SELECT '{dataset.name}' AS dataset,
               json_build_array({key})::text AS key,
               coalesce(a.revision, {last_end}) AS revision,
               {owner_at(dataset, "b", after)}::text AS uscc_before,
               {owner_at(dataset, "a", until)}::text AS uscc_after,
               ARRAY(SELECT DISTINCT named FROM unnest(ARRAY[{owners}]::text[]) AS named
                     WHERE named IS NOT NULL ORDER BY named) AS enterprises,
               CASE WHEN b.revision IS NOT NULL THEN {json_row(dataset, "b")}::text END AS before,
               CASE WHEN a.revision IS NOT NULL THEN {json_row(dataset, "a")}::text END AS after
        FROM b FULL JOIN a ON {same(dataset.key, "b", "a")}
        WHERE ({listed(dataset.names, "b.")}) IS DISTINCT FROM ({listed(dataset.names, "a.")})
          AND {visible}
        ORDER BY {key}
    """


def _shown(view: View, dataset: Dataset, batch: pa.RecordBatch) -> pa.RecordBatch:
    if not dataset.sensitive:
        return batch
    for name in ("before", "after"):
        rows: Iterator[str | None] = (
            None if row is None else orjson.dumps(view.shown(dataset, orjson.loads(row))).decode()
            for row in batch.column(name).to_pylist()
        )
        batch = batch.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name), pa.array(rows, pa.string()))
    return batch
