"""Queries for some rows of the facts, and where they are answered from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import polars as pl

from services.eligibility.facts.catalogue import Facts


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Consecutive codes of enterprises from `first` on, up to but without `until`, in the order of bytes; None: no bound."""

    first: str | None = None
    until: str | None = None

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Return whether a text is one of the codes."""
        held = value.is_not_null() if self.first is None else value >= self.first
        return held if self.until is None else held & (value < self.until)


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


class Rows(Protocol):
    """Where rows are read from, some at a time."""

    def whole(self, dataset: str) -> pl.DataFrame:
        """Return all rows of a dataset, in the order of its key."""

    def between(self, queries: Sequence[RowQuery], codes: CodeRange) -> Sequence[pl.DataFrame]:
        """Return for each query the rows whose column holds one of these codes, in the order of the key."""

    def matching(self, query: RowQuery, values: Collection[str]) -> pl.DataFrame:
        """Return the rows whose column has one of these values, in the order of the key."""


Fetch = Callable[[Mapping[RowQuery, Collection[str]]], Mapping[RowQuery, pl.DataFrame]]
"""Returns for each query the rows that have one of its values, with the catalogue's columns."""


@dataclass(frozen=True, slots=True)
class Step:
    """A query of rows that lead to each other: for the values given at the start, if so, and those `of` columns of rows found.

    `of` names columns as `dataset.column`, or `dataset.column:column` for values joined with ":"; they count in the rows that
    earlier steps found.
    """

    query: RowQuery
    given: bool = False
    of: tuple[str, ...] = ()


class Reached(NamedTuple):
    """Rows by dataset, and for each query the values that it was answered for: there are no other rows with one of these."""

    rows: Mapping[str, pl.DataFrame]
    values: Mapping[RowQuery, Collection[str]]


NOTHING_REACHED = Reached({}, {})


def values_of(step: Step, given: Collection[str], found: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """Return the values that a step looks for, after steps that found these rows; of a whole dataset the empty one."""
    if not step.query.column:
        return {""}
    values = set(given) if step.given else set[str]()
    for origin in step.of:
        dataset, _, joined = origin.partition(".")
        columns = joined.split(":")
        for row in found.get(dataset, ()):
            parts = [row[column] for column in columns]
            if None not in parts:
                values.add(":".join(parts))
    return values


def in_memory(facts: Facts) -> Fetch:
    """Return a fetch of rows of `facts`."""
    return lambda queries: {query: query.matching(facts[query.dataset], values) for query, values in queries.items()}
