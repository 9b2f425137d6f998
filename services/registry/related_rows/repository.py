"""Read rows that depend on each other: each query looks for given values, and for values in rows that earlier ones found.

All of it is one statement over the current tables, so it sees one revision, the newest, and the history is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import json_row, listed
from shared.catalogue.domain import Dataset

MAX_ROWS = 5_000
"""The most rows that one answer holds."""

_NEWEST = "(SELECT coalesce(max(revision), 0) FROM revisions)"
_JOINED = " || ':' || "


@dataclass(frozen=True, slots=True)
class RelatedQuery:
    """Rows of `dataset` whose `field` (before its first colon, if so) has one of the values; without a field all rows.

    Values are those `given` with the request, if so, and those `of` columns of datasets, joined with ":", in rows that earlier
    queries found.
    """

    dataset: Dataset
    field: str
    before_colon: bool
    given: bool
    of: tuple[tuple[Dataset, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """The rows of each query as JSON objects, as of `revision`; none at all, and not `complete`, if there are too many."""

    revision: int
    complete: bool
    rows: list[list[str]]


def read(
    connection: Connection, access: ReadAccess, queries: Sequence[RelatedQuery], values: Sequence[str]
) -> RelatedRows:
    """Read the rows of each query that the caller may see, for the given `values`, in one statement."""
    visible = tuple(access.visible_condition(query.dataset, _NEWEST) for query in queries)
    found = connection.exec_driver_sql(_statement(tuple(queries), visible), {"values": list(values)})
    revision, rows = 0, list[list[str]]([] for _ in queries)
    count = 0
    for number, document in found:
        if number < 0:
            revision = int(document)
        else:
            rows[number].append(document)
            count += 1
    complete = count <= MAX_ROWS
    return RelatedRows(revision, complete, rows if complete else [])


@lru_cache(maxsize=64)
def _statement(queries: tuple[RelatedQuery, ...], visible: tuple[str, ...]) -> str:
    """Write the statement; bound are `values` alone. It stops soon after MAX_ROWS, within each query and altogether."""
    steps = [
        f"q{number} AS MATERIALIZED (SELECT {listed(query.dataset.names)} FROM {query.dataset.name}"
        f" WHERE {shown} AND {_chosen(queries, number)} LIMIT {MAX_ROWS + 1:d})"
        for number, (query, shown) in enumerate(zip(queries, visible, strict=True))
    ]
    answers = [
        f"SELECT {number:d}, {json_row(query.dataset, f'q{number}')}::text FROM q{number}"
        for number, query in enumerate(queries)
    ]
    rows = " UNION ALL ".join([f"SELECT -1 AS number, {_NEWEST}::text AS document", *answers])
    return f"WITH {', '.join(steps)} SELECT number, document FROM ({rows}) AS found LIMIT {MAX_ROWS + 2:d}"


def _chosen(queries: Sequence[RelatedQuery], number: int) -> str:
    """Write the condition that a row has one of the values of a query."""
    query = queries[number]
    if not query.field:
        return "true"
    compared = f"split_part({query.field}, ':', 1)" if query.before_colon else query.field
    values = " UNION ".join(_values(queries, number))
    chosen = f"{compared} = ANY(ARRAY({values}))"
    if query.field not in query.dataset.codes or query.field == query.dataset.key[0]:
        return chosen
    # What indexes such a field is its spelling.
    keys = f"SELECT code_key(wanted.value) FROM ({values}) AS wanted (value)"
    return f"code_key({compared}) = ANY(ARRAY({keys})) AND {chosen}"


def _values(queries: Sequence[RelatedQuery], number: int) -> Iterator[str]:
    """Write where the values of a query come from."""
    query = queries[number]
    yield f"SELECT unnest(%(values)s::text[]) WHERE {'true' if query.given else 'false'}"
    for dataset, columns in query.of:
        for earlier, other in enumerate(queries[:number]):
            if other.dataset is dataset:
                yield f"SELECT {_JOINED.join(columns)} FROM q{earlier}"
