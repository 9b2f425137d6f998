"""The rows of the registry that a case was evaluated from, found again for an explanation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import polars as pl

from services.eligibility.engine.dependencies import READER, rows_read
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.lookups import Attachment
from services.eligibility.rules.grammar.results import FactRow, Figure
from services.eligibility.rules.grammar.rule_context import Row
from services.eligibility.rules.grammar.terms import Column
from services.eligibility.rules.text import Text
from shared.catalogue.domain import Dataset, Field
from shared.policies import AWARD_TITLES


class ReadRows:
    """The rows that the evaluation of some subjects of an award reads."""

    def __init__(self, facts: Facts, award: Award, subjects: pl.Series) -> None:
        """Find the rows of all subjects in one pass."""
        self._about = award.about.datasets
        self._platforms = platform_names(facts)
        self._found = rows_read(facts, award, subjects)
        self._by_reader: dict[str, Mapping[str | None, Sequence[Row]]] = {}
        self._cited: dict[tuple[str, Hashable, bool], list[FactRow]] = {}

    def of(self, case: Row, columns: Sequence[Column]) -> tuple[FactRow, ...]:
        """Return the rows that columns of a case came from, by dataset and key.

        Of the rows that the award is about, those of the case's year; of periods that are looked up, those in force on its day.
        """
        rows: dict[str, FactRow] = {}
        for column in columns:
            for dataset in _datasets(column):
                if dataset in self._found:
                    dated = isinstance(column.source, Attachment)
                    rows |= {row.text.en: row for row in self._rows_once(dataset, case, dated=dated)}
        return tuple(rows[name] for name in sorted(rows))

    def _rows_once(self, dataset: str, case: Row, *, dated: bool) -> list[FactRow]:
        """Return `_rows`, found once for all conditions of a case."""
        which = dataset, (case["subject"], case["award_year"], case["day"]), dated
        if which not in self._cited:
            self._cited[which] = self._rows(dataset, case, dated=dated)
        return self._cited[which]

    def _rows(self, dataset: str, case: Row, *, dated: bool) -> list[FactRow]:
        declared = CATALOGUE[dataset]
        if dataset not in self._by_reader:
            self._by_reader[dataset] = _by_reader(self._found[dataset], declared)
        rows = [row for reader in (None, case["subject"]) for row in self._by_reader[dataset].get(reader, ())]
        if dataset in self._about and "year" in declared.key and case["award_year"] is not None:
            rows = [row for row in rows if row["year"] == case["award_year"]]
        if dated and declared.period is not None and case["day"] is not None:
            first, last, day = declared.period.first, declared.period.last, case["day"]
            in_force = [row for row in rows if row[first] <= day and (row[last] is None or row[last] > day)]
            rows = in_force or rows
        return [self._row(dataset, key) for key in sorted({tuple(row[name] for name in declared.key) for row in rows})]

    def _row(self, dataset: str, key: tuple[object, ...]) -> FactRow:
        return fact_row(dataset, key, self._platforms)


def _by_reader(found: pl.DataFrame, declared: Dataset) -> Mapping[str | None, Sequence[Row]]:
    """Return key and period of the rows that each subject reads; under None what all of them read."""
    period = () if declared.period is None else (declared.period.first, declared.period.last)
    names = dict.fromkeys((READER, *declared.key, *period))
    rows: dict[str | None, list[Row]] = {}
    for row in found.select(*names).iter_rows(named=True):
        rows.setdefault(row[READER], []).append(row)
    return rows


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
