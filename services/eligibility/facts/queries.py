"""Queries for some rows of the facts, and where they are answered from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import Facts


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Rows of `dataset` whose `column` has certain values; before its first colon, if so. Without a column: all rows."""

    dataset: str
    column: str = ""
    before_colon: bool = False

    def matching(self, rows: pl.DataFrame, values: Collection[str]) -> pl.DataFrame:
        """Return those of `rows` that have one of the values."""
        if not self.column:
            return rows
        value = pl.col(self.column)
        return rows.filter((value.str.split(":").list.first() if self.before_colon else value).is_in(list(values)))


Fetch = Callable[[Mapping[RowQuery, Collection[str]]], Mapping[RowQuery, pl.DataFrame]]
"""Returns for each query the rows that have one of its values, with the catalogue's columns."""


def in_memory(facts: Facts) -> Fetch:
    """Return a fetch of rows of `facts`."""
    return lambda queries: {query: query.matching(facts[query.dataset], values) for query, values in queries.items()}
