"""Which rows the evaluation of a subject depends on, along the reads that its award declares.

Forwards, from subjects to every row that evaluating them reads: in facts that are in memory (`facts_read_by`), or loading
only these rows (`load_dependencies`). Backwards, from enterprises to the subjects that read a row which names one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache, lru_cache
from typing import Protocol, TypeVar

import polars as pl

from services.eligibility.engine.fetched_rows import FetchedRows, IndexedRows, query_of
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import NOTHING_REACHED, Fetch, Reached, RowQuery, Step
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import INTEGRITY, PaidBefore
from services.eligibility.rules.grammar.lookups import PAYEE, PAYEE_ENTRY, SUBJECT, Read
from services.eligibility.rules.grammar.plans import collect

#: A frame of subjects: award code and subject.
PAIRS = pl.Schema({"award": pl.String(), "subject": pl.String()})
#: The column that names the subject whose evaluation reads a row; datasets have a `subject` of their own.
READER = "reading subject"
_VALUE = "looked-up value"
Values = TypeVar("Values")


@cache
def reads_of(award: Award) -> tuple[Read, ...]:
    """Return every read of the award under any interpretations, each after those that it depends on; payees by their columns."""
    paid_before, support = PaidBefore(award.paid_under, award.about.once), award.other_support
    lookups = [PAYEE_ENTRY, *award.lookups, paid_before, INTEGRITY, *((support,) if support is not None else ())]
    declared = [*award.about.reads(), *(read for lookup in lookups for read in lookup.reads()), *award.prior_reads]
    found: list[Read] = []
    for read in declared:
        origins = award.about.payee_origins() if read.of == PAYEE else (read.of,)
        found += [replace(read, of=origin) for origin in origins]
    return tuple(dict.fromkeys(found))


@cache
def reads_with_others(award: Award) -> tuple[Read, ...]:
    """Return every read; of an award that ranks its subjects, each reads the rows of all of them."""
    if not award.ranked:
        return reads_of(award)
    subject = f"{award.about.dataset}.{':'.join(award.about.subject)}"
    about = award.about.reads()
    others = (
        replace(read, of=subject) if read.of == SUBJECT else read for read in reads_of(award) if read not in about
    )
    return tuple(dict.fromkeys([*(Read(read.dataset) for read in about), *others]))


class Walked(Protocol[Values]):
    """Where the rows of one award's subjects are looked up."""

    def values(self, origin: Read) -> Values:
        """Return the values of a column in the rows found so far."""

    def find(self, read: Read, values: Values | None) -> None:
        """Find the rows that `read` reads for these values; all rows for None."""


def walk(award: Award, subjects: Values, rows: Walked[Values]) -> None:
    """Find every row that evaluating `subjects` reads."""
    for read in reads_with_others(award):
        if not read.column:
            rows.find(read, None)
        else:
            rows.find(read, subjects if read.of == SUBJECT else rows.values(read.origin))


def facts_read_by(facts: Facts, policy: Policy, pairs: pl.DataFrame) -> Facts:
    """Return only the facts that these (award, subject) pairs read: they give these pairs the same outcomes as all facts do."""
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
    walk(award, reader.with_columns(pl.col(READER).alias(_VALUE)), rows)
    return rows.found


def rows_read_by(rows: IndexedRows, award: Award, subject: str) -> Mapping[str, Set[int]]:
    """Return the numbers of the rows that one subject reads, by dataset."""
    read = _RowsOfAward(rows)
    walk(award, {subject}, read)
    return read.found


class _RowsInMemory(Walked[pl.DataFrame]):
    """Rows of facts with their readers; values are frames of readers and values."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.found: dict[str, pl.DataFrame] = {}

    def values(self, origin: Read) -> pl.DataFrame:
        if origin.dataset not in self.found:
            return pl.DataFrame(schema={READER: pl.String, _VALUE: pl.String})
        return self.found[origin.dataset].select(READER, origin.value().alias(_VALUE)).drop_nulls(_VALUE).unique()

    def find(self, read: Read, values: pl.DataFrame | None) -> None:
        rows = read.among(self._facts[read.dataset])
        if values is None:
            rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(READER))
        else:
            rows = rows.with_columns(read.value().alias(_VALUE)).join(values.lazy(), on=_VALUE, how="inner")
        rows = rows.select(READER, *CATALOGUE[read.dataset].schema.names())
        found = collect(rows, self._facts[read.dataset])
        known = self.found.get(read.dataset)
        self.found[read.dataset] = found.unique() if known is None else pl.concat([known, found]).unique()


def load_dependencies(
    fetch: Fetch,
    policy: Policy,
    uscc: Collection[str],
    decided: pl.DataFrame,
    narrowed: Callable[[pl.DataFrame], pl.DataFrame] = lambda pairs: pairs,
) -> tuple[Facts, pl.DataFrame]:
    """Load only the rows on which the subjects depend that these enterprises touch or that `decided` names.

    Returns the facts and the subjects (award, subject); `narrowed` may leave some subjects out. These facts give the subjects the
    same outcomes as all facts do. Rows are fetched until no walk needs more.
    """
    known = FetchedRows(fetch)
    touched = _touching(known, policy.awards, uscc)
    ranked = [award for award in map(policy.award, decided.get_column("award").unique()) if award.ranked]
    moved = known.complete(lambda: {award.code: _everyone(known, award) for award in ranked})
    pairs = narrowed(pl.concat([touched, decided.select(touched.columns), _pairs(moved)]).unique())
    pairs = pairs.sort("award", "subject")
    _load(known, [(policy.award(code), set(group)) for code, group in by_award(pairs)])
    return known.facts, pairs


def load_own(
    fetch: Fetch, policy: Policy, uscc: str, reached: Reached = NOTHING_REACHED
) -> tuple[Facts, dict[str, set[str]]]:
    """Load only the rows on which the subjects depend that are about one enterprise or paid to it.

    Returns the facts and these subjects by award, whether anything is granted or not. A subject that only reads a row which names
    the enterprise, as its provider does, is none of them. Rows are fetched until no walk needs more, besides those `reached`.
    """
    known = FetchedRows(fetch, reached)
    own = known.complete(lambda: {award.code: _own_subjects(known, award, uscc) for award in policy.awards})
    own = {code: subjects for code, subjects in own.items() if subjects}
    _load(known, [(policy.award(code), subjects) for code, subjects in own.items()])
    return known.facts, own


def _load(known: FetchedRows, subjects: Sequence[tuple[Award, Set[str]]]) -> None:
    def look_up() -> None:
        for award, own in subjects:
            walk(award, own, _RowsOfAward(known))

    known.complete(look_up)


def steps_from(policy: Policy) -> tuple[Step, ...]:
    """Return the steps that lead from an enterprise to what evaluating its own subjects reads, to be taken at once.

    They follow every read of every award: from the enterprise to the rows of which it is the payee, from these on, each dataset
    after those that lead to it. They may stop short where reads go round in circles or an award ranks all its subjects: what
    a walk lacks is fetched.
    """
    return _steps_from(policy.awards)


@lru_cache(maxsize=16)
def _steps_from(awards: tuple[Award, ...]) -> tuple[Step, ...]:
    origins: dict[RowQuery, dict[str, None]] = {}
    given: dict[RowQuery, None] = {}
    for award in awards:
        about, payees = award.about, award.about.payee_origins()
        first = about.reads()[0]
        columns = [payee for payee in payees if payee != SUBJECT]
        given |= dict.fromkeys(query_of(Read("", of=column).origin) for column in columns)
        one_row = set(CATALOGUE[first.dataset].key) <= set(first.columns)
        paid_alone = len(columns) == 1 and (about.subject_is_enterprise or one_row)
        for read in reads_of(award):
            of = read.of
            if of in payees:
                given[query_of(read)] = None  # the payee is the enterprise
                if paid_alone:
                    continue
            if of == SUBJECT:
                of = f"{first.dataset}.{first.columns[0] if len(read.columns) > 1 else first.column}"
            origins.setdefault(query_of(read), {})[of] = None
    datasets = dict.fromkeys(read.dataset for award in awards for read in reads_of(award))
    then = sorted(origins, key=_order(origins, datasets))
    return (
        *(Step(query, given=True) for query in given),
        *(Step(query, of=tuple(origins[query])) for query in then),
    )


def _order(origins: Mapping[RowQuery, Iterable[str]], datasets: Iterable[str]) -> Callable[[RowQuery], int]:
    """Return what sorts queries so that those of a dataset come after those of the datasets that lead to it, as far as can be."""
    order: dict[str, int] = {}

    def place(dataset: str, above: frozenset[str]) -> None:
        for query, columns in origins.items():
            if query.dataset == dataset:
                for origin in columns:
                    name = origin.partition(".")[0]
                    if name not in above | order.keys():
                        place(name, above | {name})
        order.setdefault(dataset, len(order))

    for dataset in datasets:
        place(dataset, frozenset([dataset]))
    return lambda query: order[query.dataset]


def subjects_touching(
    fetch: Fetch, policy: Policy, uscc: Collection[str], awards: Collection[str] | None = None
) -> pl.DataFrame:
    """Return every (award, subject) whose evaluation reads a row that names one of these enterprises, sorted.

    Of `awards`, if given. So a client touches its providers, a sales company its producer, and an enterprise
    each project that it operates.
    """
    return _touching(
        FetchedRows(fetch), [each for each in policy.awards if awards is None or each.code in awards], uscc
    )


def enterprises_reading(fetch: Fetch, policy: Policy, rows: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the enterprises named by the subjects that read these rows, whether the rows still exist or not.

    A deleted row no longer links anything: if a payment for a store went to an enterprise that does not operate it, only that
    row linked the two. `rows`: by dataset, with the columns of `looked_up_by` at least.
    """
    known = FetchedRows(fetch)

    def named() -> set[str]:
        found: set[str] = set()
        for award in policy.awards:
            about, subjects = award.about.reads()[0], set[str]()
            for index, read in enumerate(reads_of(award)):
                if read.dataset in rows and _may_name_others(read):
                    subjects |= _subjects_reading(known, reads_of(award), index, _values_in(rows[read.dataset], read))
            if award.ranked and any(read.dataset in rows for read in award.about.reads()):
                subjects |= _everyone(known, award)
            if subjects:
                known.need(about, subjects)
                numbers = known.numbers(about, subjects)
                owners = CATALOGUE[about.dataset].owners
                found |= {code for owner in owners for code in known.values(about.by(owner), numbers)}
        return found

    return known.complete(named)


def looked_up_by(policy: Policy) -> dict[str, set[str]]:
    """Return dataset → the columns by which subjects find its rows, where a row may name another enterprise than the subject."""
    found: dict[str, set[str]] = {}
    for read in (read for award in policy.awards for read in reads_of(award) if _may_name_others(read)):
        found.setdefault(read.dataset, set()).update(read.columns, read.only[:1] if read.only else ())
    for read in (read for award in policy.awards if award.ranked for read in award.about.reads()):
        found.setdefault(read.dataset, set()).update(read.columns)
    return found


class _RowsOfAward(Walked[Set[str]]):
    """The indexed rows that the subjects of one award read, by their numbers."""

    def __init__(self, known: IndexedRows) -> None:
        self._known = known
        self.found: dict[str, set[int]] = defaultdict(set)

    def values(self, origin: Read) -> Set[str]:
        return self._known.values(origin, self.found[origin.dataset])

    def find(self, read: Read, values: Set[str] | None) -> None:
        if values is None:
            self._known.need(read, {""})
            self.found[read.dataset].update(self._known.every(read.dataset))
        else:
            self._known.need(read, values)
            self.found[read.dataset].update(self._known.numbers(read, values))


def _touching(known: FetchedRows, awards: Sequence[Award], uscc: Collection[str]) -> pl.DataFrame:
    enterprises = frozenset(uscc)
    for dataset in dict.fromkeys(read.dataset for award in awards for read in reads_of(award)):
        for owner in CATALOGUE[dataset].owners:
            known.need(Read(dataset, owner), enterprises)
    touched = known.complete(lambda: {award.code: _subjects_touched(known, award, enterprises) for award in awards})
    return _pairs(touched).sort("award", "subject")


def _pairs(subjects: Mapping[str, Set[str]]) -> pl.DataFrame:
    """Return subjects by award as a frame."""
    pairs = {"award": [*subjects], "subject": [sorted(each) for each in subjects.values()]}
    lists = pl.DataFrame(pairs, schema={"award": pl.String, "subject": pl.List(pl.String)})
    return lists.explode("subject").drop_nulls().match_to_schema(PAIRS)


def _subjects_touched(known: FetchedRows, award: Award, uscc: frozenset[str]) -> set[str]:
    """Return the subjects of the award that read a row naming one of these enterprises, as far as rows are known."""
    found: set[str] = set()
    for index, read in enumerate(reads_of(award)):
        owners = CATALOGUE[read.dataset].owners
        if not read.column or not owners:
            continue
        values = known.values(read, known.naming(read, uscc))
        found |= _subjects_reading(known, reads_of(award), index, values | uscc if read.column in owners else values)
    everyone = _everyone(known, award) if found and award.ranked else set()
    # An enterprise that no row is about takes no place, and moves nobody.
    return found | everyone if found & everyone else found


def _own_subjects(known: IndexedRows, award: Award, uscc: str) -> set[str]:
    """Return the subjects of the award that are the enterprise or may be paid to it, as far as rows are known."""
    reads, entry = reads_of(award), PAYEE_ENTRY.reads()[0]
    found: set[str] = set()
    for payee in award.about.payee_origins():
        found |= _subjects_reading(known, reads, reads.index(replace(entry, of=payee)), {uscc})
    return found


def _everyone(known: FetchedRows, award: Award) -> set[str]:
    """Return all subjects of the award, as far as rows are known: they are ranked with each other."""
    about = award.about.reads()[0]
    known.need(Read(about.dataset), {""})
    return known.values(about, known.every(about.dataset))


def _subjects_reading(known: IndexedRows, reads: tuple[Read, ...], index: int, values: Set[str]) -> Set[str]:
    """Return the subjects for which a read finds these values, following the reads listed before it."""
    if not values or reads[index].of == SUBJECT:
        return values
    origin = reads[index].origin
    known.need(origin, values)
    found: set[str] = set()
    for earlier, read in enumerate(reads[:index]):
        if read.dataset == origin.dataset and read.column:
            numbers = known.numbers(read.by(origin.column), values)
            found |= _subjects_reading(known, reads, earlier, known.values(read, numbers))
    return found


def _may_name_others(read: Read) -> bool:
    """Return whether the rows of one value may name several enterprises, and are found by none of these."""
    dataset, columns = CATALOGUE[read.dataset], set(read.columns)
    return bool(read.column and dataset.owners and not columns & set(dataset.owners) and columns < set(dataset.key))


def _values_in(rows: pl.DataFrame, read: Read) -> set[str]:
    return set(read.among(rows).select(read.value().alias("value")).drop_nulls().collect().to_series())
