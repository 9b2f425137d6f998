"""Which rows the evaluation of a subject depends on, along the reads that its award declares.

Forwards, from subjects to every row that evaluating them reads: in facts that are in memory (`closure`), or loading only these
rows (`load_dependencies`). Backwards, from enterprises to the subjects that read a row which names one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol, TypeVar

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import INTEGRITY, PaidBefore
from services.eligibility.rules.grammar.lookups import PAYEE, PAYEE_ENTRY, SUBJECT, Read
from services.eligibility.rules.grammar.plans import collect

#: A frame of subjects: award code and subject.
PAIRS = pl.Schema({"award": pl.String(), "subject": pl.String()})
#: The column that names the subject a row is read for; datasets have a `subject` of their own.
READER = "read for"
_VALUE = "value looked for"
_Found = TypeVar("_Found")
_Values = TypeVar("_Values")


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
        return rows.filter(
            column_of(Read(self.dataset, self.column, before_colon=self.before_colon)).is_in(list(values))
        )


Fetch = Callable[[Mapping[RowQuery, Collection[str]]], Mapping[RowQuery, pl.DataFrame]]
"""Returns for each query the rows that have one of its values, with the catalogue's columns."""


def in_memory(facts: Facts) -> Fetch:
    """Return a fetch of rows of `facts`."""
    return lambda queries: {query: query.matching(facts[query.dataset], values) for query, values in queries.items()}


@cache
def reads_of(award: Award) -> tuple[Read, ...]:
    """Return every read of the award under any interpretations, each after those that it depends on; payees by their columns."""
    lookups = [PAYEE_ENTRY, *award.lookups, PaidBefore(award.paid_under, award.about.once), INTEGRITY]
    declared = [*award.about.reads(), *(read for lookup in lookups for read in lookup.reads()), *award.prior_reads]
    found: list[Read] = []
    for read in declared:
        origins = award.about.payee_origins() if read.of == PAYEE else (read.of,)
        found += [replace(read, of=origin) for origin in origins]
    return tuple(dict.fromkeys(found))


def column_of(read: Read) -> pl.Expr:
    """Return the value that a row of the dataset is looked for by."""
    columns = [pl.col(name) for name in read.columns]
    joined = columns[0] if len(columns) == 1 else pl.concat_str(columns, separator=":")
    return joined.str.split(":").list.first() if read.before_colon else joined


class _Rows(Protocol[_Values]):
    """Where the rows of one award's subjects are looked up."""

    def values(self, origin: Read) -> _Values:
        """Return the values of a column in the rows found so far."""

    def find(self, read: Read, values: _Values | None) -> None:
        """Find the rows that `read` reads for these values; all rows for None."""


def _walk(award: Award, subjects: _Values, rows: _Rows[_Values]) -> None:
    """Find every row that evaluating `subjects` reads."""
    for read in reads_of(award):
        if not read.column:
            rows.find(read, None)
        else:
            rows.find(read, subjects if read.of == SUBJECT else rows.values(_origin(read)))


# ---------------------------------------------------------------------------------------------- facts in memory


def closure(facts: Facts, policy: Policy, pairs: pl.DataFrame) -> Facts:
    """Return only the facts that these (award, subject) pairs read: evaluating by them gives what evaluating by all gives."""
    kept: dict[str, list[pl.DataFrame]] = {}
    for code, subjects in by_award(pairs):
        for dataset, rows in rows_read(facts, policy.award(code), subjects).items():
            kept.setdefault(dataset, []).append(rows.drop(READER))
    return Facts({name: pl.concat(parts).unique().sort(CATALOGUE[name].key) for name, parts in kept.items()})


def by_award(pairs: pl.DataFrame) -> list[tuple[str, pl.Series]]:
    """Return the subjects of each award, in the order of the codes."""
    groups = pairs.select("award", "subject").unique().partition_by("award", as_dict=True)
    return sorted((str(key[0]), frame.get_column("subject")) for key, frame in groups.items())


def rows_read(facts: Facts, award: Award, subjects: pl.Series) -> dict[str, pl.DataFrame]:
    """Return the rows that each subject reads, by dataset, with the subject in `READER`; null where all rows are read."""
    rows = _RowsInMemory(facts)
    reader = subjects.unique().alias(READER).to_frame()
    _walk(award, reader.with_columns(pl.col(READER).alias(_VALUE)), rows)
    return rows.found


class _RowsInMemory(_Rows[pl.DataFrame]):
    """Rows of facts with their readers; values are frames of readers and values."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.found: dict[str, pl.DataFrame] = {}

    def values(self, origin: Read) -> pl.DataFrame:
        if origin.dataset not in self.found:
            return pl.DataFrame(schema={READER: pl.String, _VALUE: pl.String})
        return self.found[origin.dataset].select(READER, column_of(origin).alias(_VALUE)).drop_nulls().unique()

    def find(self, read: Read, values: pl.DataFrame | None) -> None:
        rows = self._facts[read.dataset].lazy()
        if read.only is not None:
            rows = rows.filter(pl.col(read.only[0]).is_in(list(read.only[1])))
        if values is None:
            rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(READER))
        else:
            rows = rows.with_columns(column_of(read).alias(_VALUE)).join(values.lazy(), on=_VALUE, how="inner")
        rows = rows.select(READER, *CATALOGUE[read.dataset].schema.names())
        found = collect(rows, self._facts[read.dataset])
        known = self.found.get(read.dataset)
        self.found[read.dataset] = found.unique() if known is None else pl.concat([known, found]).unique()


# ------------------------------------------------------------------------------------- rows loaded as they are needed


def load_dependencies(
    fetch: Fetch,
    policy: Policy,
    uscc: Collection[str],
    decided: pl.DataFrame,
    narrowed: Callable[[pl.DataFrame], pl.DataFrame] = lambda pairs: pairs,
) -> tuple[Facts, pl.DataFrame]:
    """Load only the rows that the subjects depend on which these enterprises touch or `decided` names.

    Returns the facts and the subjects (award, subject); `narrowed` may leave some subjects out. Evaluating the subjects by these
    facts gives what evaluating all by all facts gives. Rows are fetched until no walk lacks any.
    """
    known = _FetchedRows(fetch)
    touched = _touching(known, policy.awards, uscc)
    pairs = narrowed(pl.concat([touched, decided.select(touched.columns)]).unique()).sort("award", "subject")
    subjects = [(policy.award(code), set(group)) for code, group in by_award(pairs)]

    def walk() -> None:
        for award, own in subjects:
            _walk(award, own, _RowsOfAward(known))

    known.complete(walk)
    return known.facts, pairs


def subjects_touching(
    fetch: Fetch, policy: Policy, uscc: Collection[str], awards: Collection[str] | None = None
) -> pl.DataFrame:
    """Return every (award, subject) whose evaluation reads a row that names one of these enterprises, sorted.

    Of `awards`, if given. So a client touches its providers, a sales company its producer, and an enterprise
    each project that it operates.
    """
    return _touching(
        _FetchedRows(fetch), [each for each in policy.awards if awards is None or each.code in awards], uscc
    )


def enterprises_behind(fetch: Fetch, policy: Policy, rows: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the enterprises that the subjects name which read these rows, whether the rows still exist or not.

    A deleted row no longer links anything: that a store was paid for to another enterprise than its operator, only the deleted
    payment told. `rows`: by dataset, with the columns of `looked_up_by` at least.
    """
    known = _FetchedRows(fetch)

    def walk() -> set[str]:
        found: set[str] = set()
        for award in policy.awards:
            about, subjects = award.about.reads()[0], set[str]()
            for index, read in enumerate(reads_of(award)):
                if read.dataset in rows and _may_name_others(read):
                    subjects |= _traced(known, reads_of(award), index, _values_in(rows[read.dataset], read))
            if subjects:
                known.need(about, subjects)
                numbers = known.numbers(about, subjects)
                owners = CATALOGUE[about.dataset].owners
                found |= {code for owner in owners for code in known.values(_by(owner, about), numbers)}
        return found

    return known.complete(walk)


def looked_up_by(policy: Policy) -> dict[str, set[str]]:
    """Return dataset → the columns by which subjects find its rows, where a row may name another enterprise than the subject."""
    found: dict[str, set[str]] = {}
    for read in (read for award in policy.awards for read in reads_of(award) if _may_name_others(read)):
        found.setdefault(read.dataset, set()).update(read.columns, read.only[:1] if read.only else ())
    return found


def subjects_about(facts: Facts, award: Award) -> list[str]:
    """Return the subjects that rows about the award name, sorted."""
    first = award.about.reads()[0]
    return sorted(facts[first.dataset].select(column_of(first).alias("subject")).drop_nulls().unique()["subject"])


class _FetchedRows:
    """The rows fetched so far, each with a number within its dataset, and the values that a walk over them lacks."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._fetched: dict[RowQuery, set[str]] = {}
        self._lacking: dict[RowQuery, set[str]] = {}
        self._rows: dict[str, pl.DataFrame] = {}
        self._columns: dict[str, dict[Read, list[str | None]]] = {}
        self._numbers: dict[str, dict[Read, dict[str | None, list[int]]]] = {}
        self._naming: dict[str, dict[object, list[int]]] = {}

    @property
    def facts(self) -> Facts:
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
        query = RowQuery(read.dataset, read.columns[0], read.before_colon)
        if len(read.columns) > 1:
            values = {value[:place] for value in values for place, letter in enumerate(value) if letter == ":"}
        lacking = values - self._fetched.get(query, set())
        if lacking:
            self._lacking.setdefault(query, set()).update(lacking)

    def naming(self, read: Read, uscc: frozenset[str]) -> list[int]:
        """Return the numbers of the rows that `read` may read and that name one of these enterprises."""
        own = self._naming.setdefault(read.dataset, {})
        if (read.only, uscc) not in own:
            owners = CATALOGUE[read.dataset].owners
            own[read.only, uscc] = [number for owner in owners for number in self.numbers(_by(owner, read), uscc)]
        return own[read.only, uscc]

    def numbers(self, read: Read, values: Iterable[str]) -> list[int]:
        """Return the numbers of the rows that `read` reads for these values."""
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
        """Return the values in the column of `of` in the rows with these numbers."""
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

    def _add(self, fetched: Mapping[RowQuery, pl.DataFrame]) -> None:
        parts: dict[str, list[pl.DataFrame]] = {}
        for query, rows in fetched.items():
            if rows.height:
                parts.setdefault(query.dataset, []).append(rows)
        for dataset, more in parts.items():
            key = list(CATALOGUE[dataset].key)
            there = [self._rows[dataset]] if dataset in self._rows else []
            self._rows[dataset] = pl.concat([*there, *more]).unique(key).sort(key)
            for index in (self._columns, self._numbers, self._naming):
                index.pop(dataset, None)


class _RowsOfAward(_Rows[Set[str]]):
    """The rows fetched so far that the subjects of one award read."""

    def __init__(self, known: _FetchedRows) -> None:
        self._known = known
        self._found: dict[str, set[int]] = defaultdict(set)

    def values(self, origin: Read) -> Set[str]:
        return self._known.values(origin, self._found[origin.dataset])

    def find(self, read: Read, values: Set[str] | None) -> None:
        if values is None:
            self._known.need(read, {""})
        else:
            self._known.need(read, values)
            self._found[read.dataset].update(self._known.numbers(read, values))


def _touching(known: _FetchedRows, awards: Sequence[Award], uscc: Collection[str]) -> pl.DataFrame:
    enterprises = frozenset(uscc)
    for dataset in dict.fromkeys(read.dataset for award in awards for read in reads_of(award)):
        for owner in CATALOGUE[dataset].owners:
            known.need(Read(dataset, owner), enterprises)
    touched = known.complete(lambda: {award.code: _back(known, award, enterprises) for award in awards}).items()
    pairs = {"award": [code for code, _ in touched], "subject": [sorted(subjects) for _, subjects in touched]}
    lists = pl.DataFrame(pairs, schema={"award": pl.String, "subject": pl.List(pl.String)})
    return lists.explode("subject").drop_nulls().match_to_schema(PAIRS).sort("award", "subject")


def _back(known: _FetchedRows, award: Award, uscc: frozenset[str]) -> set[str]:
    """Return the subjects of the award that read a row naming one of these enterprises, as far as rows are known."""
    found: set[str] = set()
    for index, read in enumerate(reads_of(award)):
        owners = CATALOGUE[read.dataset].owners
        if not read.column or not owners:
            continue
        values = known.values(read, known.naming(read, uscc))
        found |= _traced(known, reads_of(award), index, values | uscc if read.column in owners else values)
    return found


def _traced(known: _FetchedRows, reads: tuple[Read, ...], index: int, values: Set[str]) -> Set[str]:
    """Return the subjects behind values of a read's column, along the reads listed before it."""
    if not values or reads[index].of == SUBJECT:
        return values
    origin = _origin(reads[index])
    known.need(origin, values)
    found: set[str] = set()
    for earlier, read in enumerate(reads[:index]):
        if read.dataset == origin.dataset and read.column:
            numbers = known.numbers(_by(origin.column, read), values)
            found |= _traced(known, reads, earlier, known.values(read, numbers))
    return found


def _may_name_others(read: Read) -> bool:
    """Return whether the rows of one value may name several enterprises, and are found by none of these."""
    dataset, columns = CATALOGUE[read.dataset], set(read.columns)
    return bool(read.column and dataset.owners and not columns & set(dataset.owners) and columns < set(dataset.key))


def _values_in(rows: pl.DataFrame, read: Read) -> set[str]:
    kept = rows if read.only is None else rows.filter(pl.col(read.only[0]).is_in(list(read.only[1])))
    return set(kept.select(column_of(read).alias("value")).drop_nulls().to_series())


def _origin(read: Read) -> Read:
    """Return the column whose values are looked for."""
    dataset, columns = read.of.split(".")
    return Read(dataset, columns)


def _by(column: str, read: Read) -> Read:
    """Return the rows that `read` may read, looked for by another column."""
    return Read(read.dataset, column, only=read.only)
