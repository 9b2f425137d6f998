"""The facts that a few need, fetched as they turn out to be needed instead of being read whole.

What an award reads hangs together along its declared reads: backwards from enterprises to the subjects that they touch, then
forwards from subjects to every row that judging them takes. A walk along them asks for what it lacks; it is made again until
it lacks nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl

from services.eligibility.engine.closure import PAIRS
from services.eligibility.engine.rows import column_of, reads_of
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.reads import SUBJECT, Read

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Ask:
    """Rows of `dataset` whose `column` has certain values; before its first colon, if so. Without a column: all rows."""

    dataset: str
    column: str = ""
    before_colon: bool = False


Fetch = Callable[[Mapping[Ask, Collection[str]]], Mapping[Ask, pl.DataFrame]]
"""Gives the rows that are asked for by some values, with the catalogue's columns, for all that is asked at once."""


def asked_of(rows: pl.DataFrame, ask: Ask, values: Collection[str]) -> pl.DataFrame:
    """Return those of `rows` of its dataset that are asked for: what a Fetch does, on rows at hand."""
    if not ask.column:
        return rows
    value = column_of(Read(ask.dataset, ask.column, before_colon=ask.before_colon))
    return rows.filter(value.is_in(list(values)))


def in_memory(facts: Facts) -> Fetch:
    """Return what gives rows of `facts`."""
    return lambda asked: {ask: asked_of(facts[ask.dataset], ask, values) for ask, values in asked.items()}


def reach(
    fetch: Fetch,
    book: Policy,
    uscc: Collection[str],
    decided: pl.DataFrame,
    narrowed: Callable[[pl.DataFrame], pl.DataFrame] = lambda pairs: pairs,
) -> tuple[Facts, pl.DataFrame]:
    """Return the facts to judge those that these enterprises touch or that `decided` names, and who they are (award, subject).

    `narrowed` may leave some of them out. Judging those left by these facts gives what judging all by all facts gives.
    """
    known = _Known(fetch)
    touched = _touching(known, book.awards, uscc)
    pairs = narrowed(pl.concat([touched, decided.select(touched.columns)]).unique()).sort("award", "subject")
    judged = [
        (book.award(code), subjects)
        for code, subjects in pairs.group_by("award", maintain_order=True).agg("subject").iter_rows()
    ]

    def walk() -> None:
        for award, subjects in judged:
            _ahead(known, award, set(subjects))

    known.walked(walk)
    return known.facts, pairs


def subjects_touching(
    fetch: Fetch, book: Policy, uscc: Collection[str], awards: Collection[str] | None = None
) -> pl.DataFrame:
    """Every (award, subject) whose evaluation reads a row that names one of these enterprises, sorted.

    Of `awards`, if some are named. So a client touches its providers, a sales company its producer, and an enterprise
    each project it operates.
    """
    return _touching(_Known(fetch), [each for each in book.awards if awards is None or each.code in awards], uscc)


def enterprises_behind(fetch: Fetch, book: Policy, rows: Mapping[str, pl.DataFrame]) -> set[str]:
    """The enterprises that the subjects name which read these rows, whether the rows are still there or not.

    A row that is gone links nothing any more: of a store that was paid for to another enterprise than its operator, only
    what was paid told. `rows`: by dataset, with the columns of `looked_up_by` at least.
    """
    known = _Known(fetch)

    def walk() -> set[str]:
        found: set[str] = set()
        for award in book.awards:
            about, subjects = award.about.reads()[0], set[str]()
            for index, read in enumerate(reads_of(award)):
                if read.dataset in rows and _tells_of_others(read):
                    subjects |= _traced(known, reads_of(award), index, _looked_for(rows[read.dataset], read))
            if subjects:
                known.ask(about, subjects)
                numbers = known.numbers(about, subjects)
                owners = CATALOGUE[about.dataset].owners
                found |= {code for owner in owners for code in known.values(_by(owner, about), numbers)}
        return found

    return known.walked(walk)


def looked_up_by(book: Policy) -> dict[str, set[str]]:
    """Dataset → the columns by which subjects find its rows, where such a row may name another enterprise than the subject."""
    found: dict[str, set[str]] = {}
    for read in (read for award in book.awards for read in reads_of(award) if _tells_of_others(read)):
        found.setdefault(read.dataset, set()).update(read.columns, read.only[:1] if read.only else ())
    return found


def subjects_about(facts: Facts, award: Award) -> list[str]:
    """Return the subjects that rows about the award tell of, sorted."""
    first = award.about.reads()[0]
    return sorted(facts[first.dataset].select(column_of(first).alias("subject")).drop_nulls().unique()["subject"])


class _Known:
    """The rows fetched so far, each with a number within its dataset, and what a walk over them lacks."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._asked: dict[Ask, set[str]] = {}
        self._lacking: dict[Ask, set[str]] = {}
        self._rows: dict[str, pl.DataFrame] = {}
        self._columns: dict[str, dict[Read, list[str | None]]] = {}
        self._numbers: dict[str, dict[Read, dict[str | None, list[int]]]] = {}
        self._naming: dict[str, dict[object, list[int]]] = {}

    @property
    def facts(self) -> Facts:
        return Facts(self._rows)

    def walked(self, walk: Callable[[], _Found]) -> _Found:
        """Return what `walk` finds when it lacks nothing."""
        while True:
            found = walk()
            if not self._lacking:
                return found
            asked, self._lacking = self._lacking, {}
            for ask, values in asked.items():
                self._asked.setdefault(ask, set()).update(values)
            self._add(self._fetch(asked))

    def ask(self, read: Read, values: Set[str]) -> None:
        """Ask for the rows of `read` with these values.

        By the first of several columns: all that stands before a colon may be its value, so more rows may come, not fewer.
        """
        ask = Ask(read.dataset, read.columns[0], read.before_colon)
        if len(read.columns) > 1:
            values = {value[:place] for value in values for place, letter in enumerate(value) if letter == ":"}
        lacking = values - self._asked.get(ask, set())
        if lacking:
            self._lacking.setdefault(ask, set()).update(lacking)

    def naming(self, read: Read, uscc: frozenset[str]) -> list[int]:
        """The numbers of the rows that `read` may read and that name one of these enterprises."""
        own = self._naming.setdefault(read.dataset, {})
        if (read.only, uscc) not in own:
            owners = CATALOGUE[read.dataset].owners
            own[read.only, uscc] = [number for owner in owners for number in self.numbers(_by(owner, read), uscc)]
        return own[read.only, uscc]

    def numbers(self, read: Read, values: Iterable[str]) -> list[int]:
        """The numbers of the rows that `read` reads for these values."""
        if read.dataset not in self._rows:
            return []
        own = self._numbers.setdefault(read.dataset, {})
        there = own.get(replace(read, of=SUBJECT))
        if there is None:
            there = own[replace(read, of=SUBJECT)] = {}
            only = None if read.only is None else (self._column(Read(read.dataset, read.only[0])), read.only[1])
            for number, value in enumerate(self._column(read)):
                if only is None or only[0][number] in only[1]:
                    there.setdefault(value, []).append(number)
        return [number for value in values for number in there.get(value, ())]

    def values(self, of: Read, numbers: Collection[int]) -> set[str]:
        """What stands in the column of `of` in the rows with these numbers."""
        if not numbers:
            return set()
        column = self._column(of)
        return {value for number in numbers if (value := column[number]) is not None}

    def _column(self, read: Read) -> list[str | None]:
        column = Read(read.dataset, read.column, before_colon=read.before_colon)
        own = self._columns.setdefault(read.dataset, {})
        if column not in own:
            own[column] = self._rows[read.dataset].select(column_of(column).alias("value")).to_series().to_list()
        return own[column]

    def _add(self, found: Mapping[Ask, pl.DataFrame]) -> None:
        parts: dict[str, list[pl.DataFrame]] = {}
        for ask, rows in found.items():
            if rows.height:
                parts.setdefault(ask.dataset, []).append(rows)
        for dataset, more in parts.items():
            key = list(CATALOGUE[dataset].key)
            there = [self._rows[dataset]] if dataset in self._rows else []
            self._rows[dataset] = pl.concat([*there, *more]).unique(key).sort(key)
            self._columns.pop(dataset, None)
            self._numbers.pop(dataset, None)
            self._naming.pop(dataset, None)


def _touching(known: _Known, awards: Sequence[Award], uscc: Collection[str]) -> pl.DataFrame:
    enterprises = frozenset(uscc)
    for dataset in dict.fromkeys(read.dataset for award in awards for read in reads_of(award)):
        for owner in CATALOGUE[dataset].owners:
            known.ask(Read(dataset, owner), enterprises)
    touched = known.walked(lambda: {award.code: _back(known, award, enterprises) for award in awards}).items()
    pairs = {"award": [code for code, _ in touched], "subject": [sorted(subjects) for _, subjects in touched]}
    lists = pl.DataFrame(pairs, schema={"award": pl.String, "subject": pl.List(pl.String)})
    return lists.explode("subject").drop_nulls().match_to_schema(PAIRS).sort("award", "subject")


def _back(known: _Known, award: Award, uscc: frozenset[str]) -> set[str]:
    """The subjects of the award that read any row naming one of these enterprises, as far as is known."""
    found: set[str] = set()
    for index, read in enumerate(reads_of(award)):
        owners = CATALOGUE[read.dataset].owners
        if not read.column or not owners:
            continue
        values = known.values(read, known.naming(read, uscc))
        found |= _traced(known, reads_of(award), index, values | uscc if read.column in owners else values)
    return found


def _traced(known: _Known, reads: tuple[Read, ...], index: int, values: Set[str]) -> Set[str]:
    """From values of a read's column back to subjects, along the reads listed before it."""
    if not values or reads[index].of == SUBJECT:
        return values
    origin = _origin(reads[index])
    known.ask(origin, values)
    found: set[str] = set()
    for earlier, read in enumerate(reads[:index]):
        if read.dataset == origin.dataset and read.column:
            numbers = known.numbers(_by(origin.column, read), values)
            found |= _traced(known, reads, earlier, known.values(read, numbers))
    return found


def _ahead(known: _Known, award: Award, subjects: set[str]) -> None:
    """Ask for what judging `subjects` reads, as far as is known."""
    reached: dict[str, set[int]] = defaultdict(set)
    for read in reads_of(award):
        if not read.column:
            known.ask(read, {""})
            continue
        values = subjects if read.of == SUBJECT else known.values(_origin(read), reached[_origin(read).dataset])
        known.ask(read, values)
        reached[read.dataset].update(known.numbers(read, values))


def _tells_of_others(read: Read) -> bool:
    """Whether the rows of one value may name several enterprises, and are found by none of these."""
    dataset, columns = CATALOGUE[read.dataset], set(read.columns)
    return bool(read.column and dataset.owners and not columns & set(dataset.owners) and columns < set(dataset.key))


def _looked_for(rows: pl.DataFrame, read: Read) -> set[str]:
    kept = rows if read.only is None else rows.filter(pl.col(read.only[0]).is_in(list(read.only[1])))
    return set(kept.select(column_of(read).alias("value")).drop_nulls().to_series())


def _origin(read: Read) -> Read:
    """The column whose values are looked for."""
    dataset, columns = read.of.split(".")
    return Read(dataset, columns)


def _by(column: str, read: Read) -> Read:
    """The rows that `read` may read, looked for by another column."""
    return Read(read.dataset, column, only=read.only)
