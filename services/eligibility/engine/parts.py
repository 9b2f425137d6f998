"""Parts of an evaluation of all enterprises, each with the facts that its subjects read and no others.

Awards whose subjects are enterprises are divided by ranges of codes. What a range reads by these codes comes from the registry
as a range too; what it reads elsewhere (the clients of a provider, the balances of a loan) by its values. All other awards, of
parks, hubs, exhibitions, are one part more: there are few of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from services.eligibility.engine.dependencies import Walked, reads_with_others, walk
from services.eligibility.engine.fetched_rows import query_of
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import CodeRange, RowQuery, Rows
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.lookups import SUBJECT, Read

_NONE = pl.Series("value", [], dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Part:
    """The subjects of `awards`: all of them, or the enterprises with `codes`."""

    awards: tuple[str, ...]
    codes: CodeRange | None = None

    def holds(self, outcomes: pl.DataFrame) -> pl.DataFrame:
        """Return those of the outcomes, of its awards, that are about its subjects."""
        return outcomes if self.codes is None else outcomes.filter(self.codes.holds(pl.col("subject")))


def parts_of(policy: Policy, ranges: Sequence[CodeRange]) -> list[Part]:
    """Return the parts of an evaluation of all enterprises: one, if there is one range of codes."""
    codes = tuple(award.code for award in policy.awards)
    if len(ranges) <= 1:
        return [Part(codes)]
    divided = tuple(award.code for award in policy.awards if award.about.subject_is_enterprise and not award.ranked)
    others = tuple(code for code in codes if code not in divided)
    by_range = [Part(divided, each) for each in ranges] if divided else []
    return [*by_range, *([Part(others)] if others else [])]


def facts_of_part(part: Part, policy: Policy, rows: Rows, withdrawn: Mapping[str, pl.DataFrame] | None = None) -> Facts:
    """Return the facts that the subjects of a part read; they give these the same outcomes as all facts do.

    Subjects that are not in the part may have outcomes too, which are not right: `Part.holds` leaves them out. `withdrawn`: rows
    by dataset that are no facts any more, and that subjects are followed through nevertheless.
    """
    known = _Known(rows, part.codes, withdrawn or {})
    awards = [policy.award(code) for code in part.awards]
    if part.codes is not None:
        known.read_ranges(awards)
    for award in awards:
        subjects = _Values(True, _NONE) if part.codes is not None else known.subjects(award)
        walk(award, subjects, _RowsOfAward(known))
    return known.facts


@dataclass(frozen=True, slots=True)
class _Values:
    """Values looked for: every code of the part, if so, and `others`."""

    own_codes: bool
    others: pl.Series


class _Known:
    """The rows read so far: whole datasets, those of the part's codes, and those of other values."""

    def __init__(self, rows: Rows, codes: CodeRange | None, withdrawn: Mapping[str, pl.DataFrame]) -> None:
        self._rows = rows
        self._codes = codes
        self._withdrawn = withdrawn
        self._whole: dict[str, pl.DataFrame] = {}
        self._of_codes: dict[RowQuery, pl.DataFrame] = {}
        self._of_others: dict[RowQuery, tuple[pl.Series, list[pl.DataFrame]]] = {}

    def read_ranges(self, awards: Sequence[Award]) -> None:
        """Read at once what subjects of the part are looked up in by their codes."""
        reads = (read for award in awards for read in reads_with_others(award) if read.of == SUBJECT and read.column)
        queries = list(dict.fromkeys(map(query_of, reads)))
        assert self._codes is not None
        self._of_codes = dict(zip(queries, self._rows.between(queries, self._codes), strict=True))

    def subjects(self, award: Award) -> _Values:
        """Return all subjects of an award."""
        about = award.about.reads()[0]
        rows = self.whole(about.dataset)
        return _Values(False, _values_in(about, [rows]))

    def whole(self, dataset: str) -> pl.DataFrame:
        """Return all rows of a dataset."""
        if dataset not in self._whole:
            self._whole[dataset] = self._rows.whole(dataset)
        return self._whole[dataset]

    def of_codes(self, query: RowQuery) -> pl.DataFrame:
        """Return the rows that hold a code of the part."""
        if query not in self._of_codes:
            assert self._codes is not None
            (self._of_codes[query],) = self._rows.between([query], self._codes)
        return self._of_codes[query]

    def of_values(self, read: Read, values: pl.Series) -> Iterator[pl.DataFrame]:
        """Yield rows that include those that `read` finds for these values."""
        if read.dataset in self._whole:
            yield self._whole[read.dataset]
            return
        query = query_of(read)
        if len(read.columns) > 1:  # by the first of several columns: anything before a colon may be its value
            values = pl.Series(
                "value", sorted({v[:at] for v in values for at, c in enumerate(v) if c == ":"}), pl.String
            )
        if query in self._of_codes and self._codes is not None:
            yield self._of_codes[query]
            values = values.to_frame("value").filter(~self._codes.holds(pl.col("value"))).to_series()
        asked, found = self._of_others.setdefault(query, (_NONE, []))
        lacking = values.filter(~values.is_in(asked.implode()))
        if len(lacking):
            found.append(self._rows.matching(query, lacking.to_list()))
            self._of_others[query] = (pl.concat([asked, lacking.rename("value")]), found)
        yield from found

    def withdrawn(self, read: Read, values: _Values) -> Iterator[pl.DataFrame]:
        """Yield the rows that `read` would find for these values had they not been withdrawn."""
        if read.dataset in self._withdrawn:
            found = read.value().is_in(values.others.implode())
            if values.own_codes and self._codes is not None:
                found |= self._codes.holds(read.value())
            yield self._withdrawn[read.dataset].select(CATALOGUE[read.dataset].schema.names()).filter(found)

    @property
    def facts(self) -> Facts:
        """All rows read so far."""
        parts: dict[str, list[pl.DataFrame]] = {}
        for query, rows in self._of_codes.items():
            parts.setdefault(query.dataset, []).append(rows)
        for query, (_, found) in self._of_others.items():
            parts.setdefault(query.dataset, []).extend(found)
        return Facts({name: _once(name, rows) for name, rows in parts.items()} | self._whole)


class _RowsOfAward(Walked[_Values]):
    """The rows that the subjects of one award read."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._own: dict[str, set[RowQuery]] = {}
        self._found: dict[str, list[pl.DataFrame]] = {}

    def values(self, origin: Read) -> _Values:
        """Return the values of a column in the rows found so far."""
        others = list(self._found.get(origin.dataset, ()))
        own_codes = False
        for query in self._own.get(origin.dataset, ()):
            if query == query_of(origin):
                own_codes = True  # by this very column the rows were found
            else:
                others.append(self._known.of_codes(query))
        return _Values(own_codes, _values_in(origin, others))

    def find(self, read: Read, values: _Values | None) -> None:
        """Find the rows that `read` reads for these values; all rows for None."""
        found = self._found.setdefault(read.dataset, [])
        if values is None:
            found.append(self._known.whole(read.dataset))
            return
        if values.own_codes:
            self._known.of_codes(query_of(read))
            self._own.setdefault(read.dataset, set()).add(query_of(read))
        if len(values.others):
            wanted = values.others.implode()
            for rows in self._known.of_values(read, values.others):
                found.append(rows.filter(read.value().is_in(wanted)))
        found += self._known.withdrawn(read, values)


def _values_in(read: Read, rows: Sequence[pl.DataFrame]) -> pl.Series:
    """Return the values in the column of `read`, each once, sorted."""
    found = [each.select(read.value().alias("value")) for each in rows if each.height]
    return pl.concat(found).drop_nulls().unique().sort("value").to_series() if found else _NONE


def _once(dataset: str, rows: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return rows of a dataset, each once, in the order of its key."""
    filled = [each for each in rows if each.height]
    if len(filled) == 1:
        return filled[0]
    key = list(CATALOGUE[dataset].key)
    return pl.concat(filled).unique(key).sort(key) if filled else pl.DataFrame(schema=CATALOGUE[dataset].schema)
