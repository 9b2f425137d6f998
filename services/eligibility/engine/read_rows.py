"""The rows of the registry that a case was evaluated from, found again for an explanation."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from typing import Any

from services.eligibility.engine.dependencies import rows_read_by
from services.eligibility.engine.fetched_rows import IndexedRows
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.lookups import Attachment, Lookup
from services.eligibility.rules.grammar.results import FactRow, Figure
from services.eligibility.rules.grammar.rule_context import Row
from services.eligibility.rules.grammar.terms import Column
from services.eligibility.rules.text import Text
from shared.catalogue.domain import Dataset, Field
from shared.policies import AWARD_TITLES


class ReadRows:
    """The rows that the evaluation of subjects of an award reads."""

    def __init__(self, rows: IndexedRows, award: Award, platforms: Mapping[str, Text]) -> None:
        """Find rows among `rows`; `platforms` are named."""
        self._rows = rows
        self._award = award
        self._platforms = platforms
        self._read: dict[str, Mapping[str, Set[int]]] = {}
        self._cited: dict[tuple[str, Hashable, bool, bool], list[FactRow]] = {}

    def of(self, case: Row, columns: Sequence[Column]) -> tuple[FactRow, ...]:
        """Return the rows that columns of a case came from, by dataset and key.

        Of the rows that the award is about, those of the case's year; of years that are looked up, those up to it; of periods
        that are looked up, those in force on its day.
        """
        rows: dict[str, FactRow] = {}
        for column in columns:
            for dataset in _datasets(column):
                found = self._rows_once(dataset, case, column.source)
                rows |= {row.text.en: row for row in found}
        return tuple(rows[name] for name in sorted(rows))

    def _rows_once(self, dataset: str, case: Row, lookup: Lookup | None) -> list[FactRow]:
        """Return the rows of a dataset that a lookup, or without one the case itself, has; found once for all conditions."""
        dated, earlier = isinstance(lookup, Attachment), lookup is not None
        which = dataset, (case["subject"], case["award_year"], case["day"]), dated, earlier
        if which not in self._cited:
            keys = sorted(self._keys(CATALOGUE[dataset], case, dated=dated, earlier=earlier))
            self._cited[which] = [self._row(dataset, key) for key in keys]
        return self._cited[which]

    def _keys(self, declared: Dataset, case: Row, *, dated: bool, earlier: bool) -> Iterator[tuple[Any, ...]]:
        subject, year, day = case["subject"], case["award_year"], case["day"]
        if subject not in self._read:
            self._read[subject] = rows_read_by(self._rows, self._award, subject)
        rows = [self._rows.row(declared.name, number) for number in self._read[subject].get(declared.name, ())]
        if "year" in declared.key and year is not None:
            own = declared.name in self._award.about.datasets and not earlier
            rows = [row for row in rows if row["year"] == year or (row["year"] < year and not own)]
        if "effective_on" in declared.key and year is not None:
            rows = [row for row in rows if row["effective_on"].year <= year]  # a later rate decides nothing
        if dated and declared.period is not None and day is not None:
            first, last = declared.period.first, declared.period.last
            in_force = [row for row in rows if row[first] <= day and (row[last] is None or row[last] > day)]
            rows = in_force or rows
        return (tuple(row[name] for name in declared.key) for row in rows)

    def _row(self, dataset: str, key: tuple[object, ...]) -> FactRow:
        return fact_row(dataset, key, self._platforms)


def fact_row(dataset: str, key: Sequence[object], platforms: Mapping[str, Text]) -> FactRow:
    """Return a row of a dataset by the values of its key, in words; `platforms` are names by code."""
    declared = CATALOGUE[dataset]
    title = Text(declared.zh, declared.en)
    fields = [declared.field(name) for name in declared.key]
    values = [
        wording.named(
            Text(field.zh, field.en),
            Figure(value, field.unit or "", codes=_codes(field, platforms)).text,
        )
        for field, value in zip(fields, key, strict=True)
        if not (declared.tiers and field.name == declared.tiers.field and value == 0)  # an award without tiers
    ]
    text = Text.joined([title, wording.listed(values)], "：", ": ")
    return FactRow(dataset, title, dict(zip(declared.key, key, strict=True)), text)


def _codes(field: Field, platforms: Mapping[str, Text]) -> Mapping[str, Text]:
    """Return the words of the codes that a field may hold; awards and platforms are named by their titles."""
    if field.name == "platform":
        return platforms
    names = AWARD_TITLES if field.name == "award" else field.choices
    return {code: Text(*words) for code, words in names.items()}


def _datasets(column: Column) -> list[str]:
    """Return the datasets that a column comes from; none for what the engine works out itself."""
    if column.source is not None:
        return [read.dataset for read in column.source.reads()]
    dataset = column.name.partition(".")[0]
    return [dataset] if dataset in CATALOGUE else []


def platform_names(facts: Facts) -> Mapping[str, Text]:
    """Return the latest name on record of each recognised platform, by its code."""
    rows = facts["recognised_platforms"].sort("since").select("platform", "name")
    return {platform: Text(name, name) for platform, name in rows.iter_rows()}
