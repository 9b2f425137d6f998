"""Reaching: the facts that a few subjects read, asked for as they turn out to be needed, at a cost that follows the few.

What is asked for follows the awards' declared reads: backwards from enterprises to the subjects that they touch, then forwards
from subjects to every row that judging them takes. Asking ends when nothing more is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.policy.domain import Book
from services.eligibility.policy.grammar.award import Award
from services.eligibility.policy.grammar.reads import SUBJECT, Read

from .closure import subjects_touching
from .rows import _column, reads_of


@dataclass(frozen=True, slots=True)
class Ask:
    """Rows of `dataset` whose `column` has certain values; before its first colon, if so. Without a column: all rows."""

    dataset: str
    column: str = ""
    before_colon: bool = False


Fetch = Callable[[Ask, pl.Series], pl.DataFrame]
"""Gives the rows that are asked for by some values, with the catalogue's columns."""


def asked_of(rows: pl.DataFrame, ask: Ask, values: pl.Series) -> pl.DataFrame:
    """Return those of `rows` of its dataset that are asked for: what a Fetch does, on rows at hand."""
    if not ask.column:
        return rows
    value = _column(Read(ask.dataset, ask.column, before_colon=ask.before_colon))
    return rows.filter(value.is_in(values.implode()))


_Asked = tuple[Ask, pl.Series]


def reach(
    fetch: Fetch,
    book: Book,
    uscc: Collection[str],
    decided: pl.DataFrame,
    narrowed: Callable[[pl.DataFrame], pl.DataFrame] = lambda pairs: pairs,
) -> tuple[Facts, pl.DataFrame]:
    """Return the facts to judge those that these enterprises touch or that `decided` names, and who they are (award, subject).

    `narrowed` may leave some of them out. Judging those left by these facts gives what judging all by all facts gives.
    """
    known = _Known(fetch)
    enterprises = pl.Series("uscc", sorted(set(uscc)), dtype=pl.String)
    naming = [(Ask(name, owner), enterprises) for name, said in CATALOGUE.items() for owner in said.owners]
    known.complete(lambda facts: [*naming, *(ask for award in book.awards for ask in _back(facts, award, enterprises))])
    touched = subjects_touching(known.facts, book, enterprises)
    pairs = narrowed(pl.concat([touched, decided.select(touched.columns)]).unique()).sort("award", "subject")
    subjects = {str(key[0]): group["subject"] for key, group in pairs.partition_by("award", as_dict=True).items()}
    judged = [(book.award(code), wanted) for code, wanted in sorted(subjects.items())]
    known.complete(lambda facts: [ask for award, wanted in judged for ask in _ahead(facts, award, wanted)])
    return known.facts, pairs


def subjects_about(facts: Facts, award: Award) -> list[str]:
    """Return the subjects that rows about the award tell of, sorted."""
    first = award.about.reads()[0]
    return sorted(facts[first.dataset].select(_column(first).alias("subject")).drop_nulls().unique()["subject"])


class _Known:
    """The rows fetched so far, and what was asked for them."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._asked: dict[Ask, pl.Series] = {}
        self._rows: dict[str, pl.DataFrame] = {}

    @property
    def facts(self) -> Facts:
        return Facts(self._rows)

    def complete(self, asked: Callable[[Facts], Iterable[_Asked]]) -> None:
        """Fetch what is asked for, and what is asked for in view of that, until nothing new is."""
        while True:
            wanted: dict[Ask, list[pl.Series]] = {}
            for ask, values in asked(self.facts):
                wanted.setdefault(ask, []).append(values)
            new = {ask: self._not_asked(ask, values) for ask, values in wanted.items()}
            if not any(values.len() for values in new.values()):
                return
            for ask, values in new.items():
                if values.len():
                    self._add(ask, values)

    def _not_asked(self, ask: Ask, values: list[pl.Series]) -> pl.Series:
        every = pl.concat([each.alias("value") for each in values]).drop_nulls().unique().sort()
        before = self._asked.get(ask)
        return every if before is None else every.filter(~every.is_in(before.implode()))

    def _add(self, ask: Ask, values: pl.Series) -> None:
        before = self._asked.get(ask)
        self._asked[ask] = values if before is None else pl.concat([before, values])
        rows = self._fetch(ask, values)
        there = self._rows.get(ask.dataset)
        key = list(CATALOGUE[ask.dataset].key)
        found = rows if there is None else pl.concat([there, rows])
        self._rows[ask.dataset] = found.unique(key).sort(key)


def _ahead(facts: Facts, award: Award, subjects: pl.Series) -> Iterator[_Asked]:
    """What judging `subjects` asks for, as far as `facts` tell."""
    found: dict[str, list[pl.DataFrame]] = {}
    for read in reads_of(award):
        if not read.column:
            yield Ask(read.dataset), pl.Series("value", [""])
            continue
        values = subjects if read.of == SUBJECT else _values(found, read.of)
        if values.is_empty():
            continue
        yield _ask(read, values)
        rows = facts[read.dataset].filter(_column(read).is_in(values.implode()))
        found.setdefault(read.dataset, []).append(rows)


def _values(found: dict[str, list[pl.DataFrame]], origin: str) -> pl.Series:
    dataset, columns = origin.split(".")
    empty = pl.Series("value", [], dtype=pl.String)
    parts = [rows.select(_column(Read(dataset, columns)).alias("value"))["value"] for rows in found.get(dataset, [])]
    return pl.concat([empty, *parts]).drop_nulls().unique()


def _back(facts: Facts, award: Award, uscc: pl.Series) -> Iterator[_Asked]:
    """What finding the award's subjects that `uscc` touch asks for, as far as `facts` tell."""
    reads = reads_of(award)
    for index, read in enumerate(reads):
        owners = CATALOGUE[read.dataset].owners
        if not read.column or not owners or read.of == SUBJECT:
            continue
        if read.column in owners:
            yield from _traced(facts, reads, index, uscc)
        rows = facts[read.dataset]
        if rows.is_empty():  # of a few enterprises most datasets know nothing: asking Polars costs as much as for many
            continue
        named = rows.filter(pl.any_horizontal(pl.col(name).is_in(uscc.implode()) for name in owners))
        yield from _traced(facts, reads, index, named.select(_column(read).alias("value"))["value"])


def _traced(facts: Facts, reads: tuple[Read, ...], index: int, values: pl.Series) -> Iterator[_Asked]:
    values = values.drop_nulls().unique()
    if values.is_empty() or reads[index].of == SUBJECT:
        return
    dataset, columns = reads[index].of.split(".")
    origin = Read(dataset, columns)
    yield _ask(origin, values)
    if facts[dataset].is_empty():
        return
    rows = facts[dataset].filter(_column(origin).is_in(values.implode()))
    for earlier in range(index):
        if reads[earlier].dataset == dataset and reads[earlier].column:
            yield from _traced(facts, reads, earlier, rows.select(_column(reads[earlier]).alias("value"))["value"])


def _ask(read: Read, values: pl.Series) -> _Asked:
    """Ask by the first of several columns: all that stands before a colon may be its value, so more rows may come, not fewer."""
    if len(read.columns) == 1:
        return Ask(read.dataset, read.column, read.before_colon), values
    starts = {value[:place] for value in values for place, letter in enumerate(value) if letter == ":"}
    return Ask(read.dataset, read.columns[0]), pl.Series("value", sorted(starts), dtype=pl.String)
