"""Read a dataset as known at a revision, in key order: always the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl
import pyarrow as pa
from sqlalchemy import Connection, text

from services.registry.arrow_reader import ArrowReader
from services.registry.revisions.formats import Batches, rebatched
from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import codes_array, names_any_of, rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import DECIMALS, INTEGERS, Dataset, Kind


def schema_of(dataset: Dataset) -> pa.Schema:
    """Return the Arrow schema of the dataset's snapshots: its fields, and the revision that set each row."""
    types = {item.name: _arrow_type(item.kind) for item in dataset.fields}
    columns = [pa.field(item.name, types[item.name], nullable=item.optional) for item in dataset.fields]
    return pa.schema([*columns, pa.field("revision", pa.int64(), nullable=False)])


@dataclass(frozen=True, slots=True)
class Matching:
    """Rows whose text `field` is one of `values`; with `before_colon`, the part of it before the first colon.

    A sensitive field is compared sealed: the cipher gives the same text for the same value.
    """

    field: str
    values: Sequence[str]
    before_colon: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Rows whose text `field` is a code from `first` on, up to but not including `until`; None: no bound."""

    field: str
    first: str | None
    until: str | None


def code_ranges(connection: Connection, revision: int, enterprises: int) -> list[tuple[str | None, str | None]]:
    """Return consecutive ranges of all codes, each as its first code and the one after its last; None: no bound.

    Each has `enterprises` of those known at `revision`, the last one fewer.
    """
    known = rows_at(CATALOGUE["enterprises"], ":revision")
    numbered = f"SELECT uscc, row_number() OVER (ORDER BY uscc) - 1 AS place FROM ({known}) AS known"
    query = f"SELECT uscc FROM ({numbered}) AS numbered WHERE place > 0 AND place % :enterprises = 0 ORDER BY uscc"
    firsts = connection.execute(text(query), {"revision": revision, "enterprises": enterprises}).scalars().all()
    return list(pairwise([None, *firsts, None]))


def read(
    reader: ArrowReader,
    access: ReadAccess,
    dataset: Dataset,
    revision: int,
    *,
    naming: Sequence[str] | None = None,
    matching: Matching | None = None,
    set_by: Sequence[int] | None = None,
) -> Batches:
    """Read the rows of `dataset` at `revision` that the caller may see, in key order, as batches of `schema_of`.

    `naming`: only rows that name one of these enterprises, by themselves or through their parent. `matching`: only those.
    `set_by`: only rows that one of these revisions set.
    """
    query, values = _query(access, dataset, revision, naming, matching, set_by)
    return _shaped(access, dataset, reader.table(query, *values))


def read_several(
    reader: ArrowReader,
    access: ReadAccess,
    requested: Sequence[tuple[Dataset, Matching | Between | None]],
    revision: int,
) -> Iterator[tuple[Dataset, Batches]]:
    """Read the rows of each dataset that match or lie between codes, one after the other, each as `read` does."""
    queries = (_query(access, dataset, revision, None, matching) for dataset, matching in requested)
    for (dataset, _), table in zip(requested, reader.tables(queries), strict=True):
        yield dataset, _shaped(access, dataset, table)


def _query(
    access: ReadAccess,
    dataset: Dataset,
    revision: int,
    naming: Sequence[str] | None,
    matching: Matching | Between | None,
    set_by: Sequence[int] | None = None,
) -> tuple[str, list[object]]:
    where = access.visible_condition(dataset, revision)
    bound: list[object] = []
    if naming is not None:
        where = f"{where} AND {names_any_of(dataset, codes_array(naming), revision)}"
    if isinstance(matching, Between):
        for bound_by, code in ((">=", matching.first), ("<", matching.until)):
            if code is not None:
                bound.append(code)
                where = f"{where} AND {matching.field} {bound_by} ${len(bound)}"
    elif matching is not None:
        compared = f"split_part({matching.field}, ':', 1)" if matching.before_colon else matching.field
        where = f"{where} AND {compared} = ANY($1)"
        sealed = matching.field in dataset.sensitive
        bound.append([access.cipher.seal(value) for value in matching.values] if sealed else list(matching.values))
    if set_by is not None:
        bound.append(list(set_by))
        where = f"{where} AND revision = ANY(${len(bound)})"
    return rows_at(dataset, revision, where), bound


def _shaped(access: ReadAccess, dataset: Dataset, table: pa.Table) -> Batches:
    if not table.num_rows:
        return iter(())
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    if dataset.sensitive:
        frame = access.cipher.show_columns(frame, dataset.sensitive, whole=access.accounts)
    return rebatched(frame.sort(dataset.key).to_arrow().cast(schema_of(dataset)))


def _arrow_type(kind: Kind) -> pa.DataType:
    if kind in INTEGERS:
        return pa.int64()
    if kind is Kind.DECIMAL:
        return pa.decimal128(DECIMALS.precision, DECIMALS.scale)
    if kind is Kind.DAY:
        return pa.date32()
    return pa.bool_() if kind is Kind.FLAG else pa.string()
