"""Read what changed between two revisions: per key the row before and after. The cost grows with the changed keys alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson
import pyarrow as pa
from sqlalchemy import Connection, func, select

from services.registry.arrow_reader import ArrowReader
from services.registry.revisions import statements
from services.registry.revisions.formats import Batches
from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import codes_array, names_any_of
from services.registry.revisions.tables import revisions
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset

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
"""`key` is a JSON array; `before` and `after` are JSON objects, null where there was or is no row."""

JSON_COLUMNS = ("key", "before", "after")


def touched(connection: Connection, after: int, until: int) -> list[Dataset]:
    """Return the datasets that revisions in (`after`, `until`] changed, in the catalogue's order."""
    query = select(func.unnest(revisions.c.datasets)).where(revisions.c.revision.between(after + 1, until))
    names = set(connection.execute(query.distinct()).scalars())
    return [dataset for name, dataset in CATALOGUE.items() if name in names]


def read(
    reader: ArrowReader,
    access: ReadAccess,
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
        visible = _visible(access, dataset, after, until, naming)
        for batch in reader.batches(statements.changes(dataset, after, until, visible)):
            if batch.num_rows:
                yield _masked(access, dataset, _as_declared(batch))


def _as_declared(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch.column(item.name).cast(item.type) for item in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _visible(
    access: ReadAccess, dataset: Dataset, after: int, until: int, naming: Sequence[str] | None
) -> tuple[str, str] | None:
    """Return the conditions on rows before and after of which one has to hold; None where the caller sees all."""
    if access.jurisdiction is None and naming is None:
        return None

    def condition(revision: int) -> str:
        named = "true" if naming is None else names_any_of(dataset, codes_array(naming), revision)
        return f"{access.visible_condition(dataset, revision)} AND {named}"

    return condition(after), condition(until)


def _masked(access: ReadAccess, dataset: Dataset, batch: pa.RecordBatch) -> pa.RecordBatch:
    if not dataset.sensitive:
        return batch
    for name in ("before", "after"):
        rows: Iterator[str | None] = (
            None if row is None else orjson.dumps(access.masked(dataset, orjson.loads(row))).decode()
            for row in batch.column(name).to_pylist()
        )
        batch = batch.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name), pa.array(rows, pa.string()))
    return batch
