"""Rows indexed by the values that they are looked up by, in memory or loaded when a walk needs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import NOTHING_REACHED, Fetch, Reached, RowQuery
from services.eligibility.rules.grammar.lookups import SUBJECT, Read

_Found = TypeVar("_Found")


class IndexedRows:
    """Rows in memory, each with a number within its dataset."""

    def __init__(self, rows: Mapping[str, pl.DataFrame]) -> None:
        """Index `rows`, by dataset, as they are asked for."""
        self._rows = dict(rows)
        self._columns: dict[str, dict[Read, list[str | None]]] = {}
        self._numbers: dict[str, dict[Read, dict[str | None, list[int]]]] = {}
        self._naming: dict[str, dict[object, list[int]]] = {}

    def need(self, read: Read, values: Set[str]) -> None:
        """Note that the rows of `read` with these values are needed: in memory, all there are."""

    def row(self, dataset: str, number: int) -> dict[str, Any]:
        """Return a row by its number."""
        return self._rows[dataset].row(number, named=True)

    def naming(self, read: Read, uscc: frozenset[str]) -> list[int]:
        """Return the numbers of the rows that `read` may read and that name one of these enterprises."""
        own = self._naming.setdefault(read.dataset, {})
        if (read.only, uscc) not in own:
            owners = CATALOGUE[read.dataset].owners
            own[read.only, uscc] = [number for owner in owners for number in self.numbers(read.by(owner), uscc)]
        return own[read.only, uscc]

    def numbers(self, read: Read, values: Iterable[str]) -> list[int]:
        """Return the numbers of the rows that `read` reads for these values."""
        if read.dataset not in self._rows:
            return []
        own = self._numbers.setdefault(read.dataset, {})
        numbers = own.get(_wherever_from(read))
        if numbers is None:
            numbers = own[_wherever_from(read)] = {}
            only = None if read.only is None else (self._column(Read(read.dataset, read.only[0])), read.only[1])
            for number, value in enumerate(self._column(read)):
                if only is None or only[0][number] in only[1]:
                    numbers.setdefault(value, []).append(number)
        return [number for value in values for number in numbers.get(value, ())]

    def every(self, dataset: str) -> range:
        """Return the numbers of all rows of the dataset."""
        return range(self._rows[dataset].height if dataset in self._rows else 0)

    def values(self, of: Read, numbers: Collection[int]) -> set[str]:
        """Return the values in the column of `of` in the rows with these numbers."""
        if not numbers:
            return set()
        column = self._column(of)
        return {value for number in numbers if (value := column[number]) is not None}

    def _column(self, read: Read) -> list[str | None]:
        column = _column_alone(read)
        own = self._columns.setdefault(read.dataset, {})
        if column not in own:
            rows = self._rows[read.dataset]
            plain = len(column.columns) == 1 and not column.before_colon
            found = rows.get_column(column.column) if plain else rows.select(column.value().alias("value")).to_series()
            own[column] = found.to_list()
        return own[column]


@cache
def _wherever_from(read: Read) -> Read:
    """Return the read as an index of rows knows it: wherever its values come from."""
    return replace(read, of=SUBJECT)


@cache
def _column_alone(read: Read) -> Read:
    return Read(read.dataset, read.column, before_colon=read.before_colon)


@cache
def query_of(read: Read) -> RowQuery:
    """Return the query that fetches the rows of a read: by the first of several columns."""
    return RowQuery(read.dataset, read.columns[0], read.before_colon)


class FetchedRows(IndexedRows):
    """The rows fetched so far, and the values that a walk over them lacks."""

    def __init__(self, fetch: Fetch, reached: Reached = NOTHING_REACHED) -> None:
        """Fetch rows by `fetch`, besides those that were `reached` before."""
        super().__init__(reached.rows)
        self._fetch = fetch
        self._fetched = {query: set(values) for query, values in reached.values.items()}
        self._lacking: dict[RowQuery, set[str]] = {}

    @property
    def facts(self) -> Facts:
        """The rows fetched so far."""
        return Facts(self._rows)

    def complete(self, walk: Callable[[], _Found]) -> _Found:
        """Repeat `walk`, fetching what it needs, until it lacks nothing; return what it finds then."""
        while True:
            found = walk()
            if not self._lacking:
                return found
            queries, self._lacking = self._lacking, {}
            for query, values in queries.items():
                self._fetched.setdefault(query, set()).update(values)
            self._add(self._fetch(queries))

    def need(self, read: Read, values: Set[str]) -> None:
        """Note that the rows of `read` with these values are needed.

        By the first of several columns: anything before a colon may be its value, so more rows may be fetched, not fewer.
        """
        query = query_of(read)
        if len(read.columns) > 1:
            values = {value[:place] for value in values for place, letter in enumerate(value) if letter == ":"}
        lacking = values - self._fetched.get(query, set())
        if lacking:
            self._lacking.setdefault(query, set()).update(lacking)

    def _add(self, fetched: Mapping[RowQuery, pl.DataFrame]) -> None:
        parts: dict[str, list[pl.DataFrame]] = {}
        for query, rows in fetched.items():
            if rows.height:
                parts.setdefault(query.dataset, []).append(rows)
        for dataset, more in parts.items():
            key = list(CATALOGUE[dataset].key)
            known = [self._rows[dataset]] if dataset in self._rows else []
            self._rows[dataset] = pl.concat([*known, *more]).unique(key).sort(key)
            for index in (self._columns, self._numbers, self._naming):
                index.pop(dataset, None)
