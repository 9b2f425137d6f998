"""Stored outcomes of evaluations: granted ones, and undetermined ones where a fact about the award exists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from services.eligibility.evaluation_jobs.tables import evaluation_outcomes as table
from shared.database.bulk import copy_rows
from shared.database.frames import compressed, frame_of
from shared.database.queries import load

queries = load(__package__)

PLAIN_COLUMNS = (
    "award",
    "subject",
    "award_year",
    "payee_uscc",
    "payee_name",
    "jurisdiction",
    "result",
    "kind",
    "entitlement_fen",
)
"""The columns of an outcome that hold one value each."""
_OUTCOMES_IN_A_ROW = 5_000


class KeptOutcomes:
    """The outcomes of an evaluation that are stored, compressed until all of its parts have given theirs."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._of_award: dict[str, list[tuple[int, bytes]]] = defaultdict(list)

    def add(self, number: int, found: pl.DataFrame) -> None:
        """Keep what the part with this number has found, in its order. Parts may come in any order."""
        kept = found.filter((pl.col("result") == "granted") | pl.col("about_known"))
        kept = kept.select(*PLAIN_COLUMNS, "missing", "flags")
        for (award,), of_award in kept.partition_by("award", as_dict=True).items():
            self._of_award[str(award)].append((number, compressed(of_award)))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield them in the order of the evaluation: by award, the parts of each by their numbers."""
        for _, parts in sorted(self._of_award.items()):
            yield from (frame_of(part) for _, part in sorted(parts))


def store_outcomes(connection: Connection, evaluation_id: UUID, kept: Iterable[pl.DataFrame]) -> None:
    """Store what an evaluation found, in its order, up to some thousand outcomes in a row."""
    copy_rows(connection, table.name, ("evaluation_id", "last_number", "outcomes"), _numbered(evaluation_id, kept))


def _numbered(evaluation_id: UUID, kept: Iterable[pl.DataFrame]) -> Iterator[tuple[UUID, int, bytes]]:
    last = 0
    for found in kept:
        for part in found.iter_slices(_OUTCOMES_IN_A_ROW):
            numbers = pl.int_range(last + 1, last + part.height + 1).alias("number")
            last += part.height
            yield evaluation_id, last, compressed(part.select(numbers, pl.all()))


def find_outcomes(
    connection: Connection, evaluation_id: UUID, *, result: str | None, jurisdiction: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` stored outcomes in the evaluation's order, after number `after`."""
    wanted = {
        name: value for name, value in {"result": result, "jurisdiction": jurisdiction}.items() if value is not None
    }
    found: list[dict[str, Any]] = []
    values = {"evaluation_id": evaluation_id, "after": after}
    # One after the other: what is asked for is mostly in the first of them.
    while len(found) < limit and (row := connection.execute(queries.next_outcomes, values).one_or_none()) is not None:
        part = frame_of(row.outcomes).filter(pl.col("number") > after, **wanted)
        found += part.head(limit - len(found)).iter_rows(named=True)
        values["after"] = row.last_number
    if not found:
        values = {"evaluation_id": evaluation_id, "after": after, "result": result, "jurisdiction": jurisdiction}
        earlier = connection.execute(queries.outcomes_one_by_one, values | {"limit": limit})
        found = [dict(row) for row in earlier.mappings()]
    return [outcome_view(each) for each in found]


def outcome_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an outcome as the API shows it; `number` is its place in the evaluation."""
    return {
        "number": row["number"],
        "award": row["award"],
        "subject": row["subject"],
        "award_year": row["award_year"],
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "jurisdiction": row["jurisdiction"],
        "result": row["result"],
        "kind": row["kind"],
        "entitlement_fen": row["entitlement_fen"],
        "missing": row["missing"],
        "flags": row["flags"],
    }
