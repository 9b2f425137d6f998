"""An explanation as a tree: conditions with their figures, the amount in steps, the parts of measures as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.eligibility.engine.outcomes import GRANTED, REFUSED
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.rules.basis import Criterion, Sentence
from services.eligibility.rules.canonical import canonical_json
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.conditions import years_missing
from services.eligibility.rules.grammar.measures import PartColumn
from services.eligibility.rules.grammar.results import ConditionResult, Figure, Step
from services.eligibility.rules.grammar.terms import Column, fact_words
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_, translate


def flag_words(flag: str) -> Text:
    """Return why approval needs a reason: a sanction, other public money, or a rate that is not verified."""
    kind, _, rest = flag.partition(":")
    if kind == "integrity":
        sanction = Text(*CATALOGUE["sanctions"].field("kind").choices[rest])
        return said(N_("a record of the payee: {sanction}"), sanction=sanction)
    if kind == "other_support":
        return said(N_("other public money for the same matter"))
    series, _, since = rest.partition(":")
    named = Text(*CATALOGUE["reference_rates"].field("series").choices[series])
    return said(N_("a reference rate that is not verified: {series}, {since}"), series=named, since=Text(since, since))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a measure was made of: rows in a fixed order."""

    name: str
    words: Text
    #: How the figures are worked out, with the policy's numbers.
    rule: Text
    columns: Mapping[str, PartColumn]
    rows: tuple[Mapping[str, Any], ...]
    #: The names of platforms by their codes.
    platforms: Mapping[str, Text]

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the parts as a document in one language: their columns' titles, and each row as values and in words."""
        return {
            "name": self.name,
            "title": self.words.within(language),
            "rule": self.rule.within(language),
            "columns": {
                name: (each.words if isinstance(each, Column) else each).within(language)
                for name, each in self.columns.items()
            },
            "rows": [{name: self._figure(name, value).plain() for name, value in row.items()} for row in self.rows],
            "texts": [
                {name: self._text(name, value).within(language) for name, value in row.items()} for row in self.rows
            ],
        }

    def _text(self, name: str, value: Any) -> Text:
        if value is None:
            return Text("无记录", "none on record")
        if isinstance(value, bool):
            return Text("是", "yes") if value else Text("否", "no")
        return self._figure(name, value).text

    def _figure(self, name: str, value: Any) -> Figure:
        column = self.columns[name]
        if isinstance(column, Column):
            codes = self.platforms if column.name.endswith(".platform") else column.codes
            return Figure(value, column.unit(), codes=codes)
        return Figure(value, "fen" if name.endswith("_fen") else "")


@dataclass(frozen=True, slots=True)
class AppliedInterpretation:
    """An interpretation that was applied to the case."""

    name: str
    value: str
    words: Text
    value_words: Text
    criterion: Criterion | None

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the interpretation as a document in one language."""
        title, value_title = self.words.within(language), self.value_words.within(language)
        basis = None if self.criterion is None else self.criterion.as_dict(language)
        return {"name": self.name, "value": self.value, "title": title, "value_title": value_title, "basis": basis}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one subject was granted, refused or left undetermined an award in a year."""

    policy: str
    award: str
    title: Text
    basis: Sentence
    subject: str
    award_year: int | None
    decided_on: date
    payee_uscc: str | None
    payee_name: str | None
    jurisdiction: str | None
    result: str
    kind: str
    entitlement_fen: int
    #: What it would come to if every condition were met; None where it is granted, given in kind, or unknown.
    would_be_fen: int | None
    conditions: tuple[ConditionResult, ...]
    steps: tuple[Step, ...]
    parts: tuple[Parts, ...]
    interpretations: tuple[AppliedInterpretation, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    engine_version: str
    #: The figures that together are larger than any amount that can be paid; empty where the amount is not.
    too_large: tuple[Text, ...] = ()

    @property
    def near_misses(self) -> tuple[ConditionResult, ...]:
        """The failed conditions that say by how much they are short."""
        return tuple(leaf for condition in self.conditions for leaf in condition.near_misses)

    def rows_read(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Yield dataset and key of the rows that the conditions were tested on, as `as_dict` writes them."""
        for condition in self.conditions:
            for row in condition.rows_read():
                yield row.dataset, tuple(Figure(value).plain() for value in row.key.values())

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the explanation as a document; `language` is `zh-CN` or `en`."""
        return {
            "policy": self.policy,
            "award": self.award,
            "title": self.title.within(language),
            "article": self.basis.cited.within(language),
            "basis": self.basis.as_dict(language),
            "subject": self.subject,
            "award_year": self.award_year,
            "decided_on": self.decided_on.isoformat(),
            "payee": {"uscc": self.payee_uscc, "name": self.payee_name},
            "jurisdiction": self.jurisdiction,
            "result": self.result,
            "kind": self.kind,
            "sentence": self._sentence().within(language),
            "titles": self._titles(language),
            "entitlement_fen": self.entitlement_fen,
            "would_be_fen": self.would_be_fen,
            "conditions": [condition.as_dict(language) for condition in self.conditions],
            "amount": [step.as_dict(language) for step in self.steps],
            "parts": [part.as_dict(language) for part in self.parts],
            "readings": [applied.as_dict(language) for applied in self.interpretations],
            "near_misses": [condition.as_dict(language) for condition in self.near_misses],
            "missing": list(self.missing),
            "flags": list(self.flags),
            "engine_version": self.engine_version,
        }

    def _sentence(self) -> Text:
        """Return the result in one sentence."""
        amount, year = wording.yuan(self.entitlement_fen), str(self.award_year or "")
        award = Text(f"{year and year + '年度'}{self.title.zh}", f"{self.title.en} {year}".rstrip())
        if self.result == GRANTED and self.kind == "cash":
            return said(N_("{award}: {amount} is awarded"), award=award, amount=amount)
        if self.result == GRANTED:
            return said(N_("{award}: awarded in kind"), award=award)
        if self.result == REFUSED:
            failed = wording.listed([condition.words for condition in self.conditions if condition.met is False])
            if failed.en:
                return said(N_("{award}: nothing is awarded. Not met: {conditions}"), award=award, conditions=failed)
            return said(N_("{award}: nothing is awarded, because the amount is 0"), award=award)
        if self.too_large:
            message = N_(
                "{award}: undetermined. Together larger than any amount that can be paid, to be checked: {figures}"
            )
            return said(message, award=award, figures=wording.listed(self.too_large))
        missing = wording.listed(self._missing_in_words())
        return said(N_("{award}: undetermined. Not on record, or to be checked: {facts}"), award=award, facts=missing)

    def _missing_in_words(self) -> list[Text]:
        """Return what is missing in words, in the order of `missing`; what is on record but too large says so."""
        years = years_missing(self.conditions)
        words = [fact_words(name, years.get(name, ())) for name in self.missing]
        if not self.too_large:
            return words
        lacking = {name for condition in self.conditions for name in condition.missing}
        checked = N_("{fact}, too large: to be checked")
        return [
            each if name in lacking else said(checked, fact=each)
            for name, each in zip(self.missing, words, strict=True)
        ]

    def _titles(self, language: str) -> dict[str, Any]:
        """Return the words of everything that other members name by code."""
        jurisdictions = CATALOGUE["locations"].field("jurisdiction").choices
        place = None if self.jurisdiction is None else Text(*jurisdictions[self.jurisdiction]).within(language)
        return {
            "jurisdiction": place,
            "result": translate(self.result, language),
            "kind": translate(N_("in kind") if self.kind == "in_kind" else N_("money"), language),
            "missing": [words.within(language) for words in self._missing_in_words()],
            "flags": [flag_words(flag).within(language) for flag in self.flags],
        }

    def document(self, language: str) -> bytes:
        """Return the explanation as canonical JSON: the same bytes for the same inputs."""
        return canonical_json(self.as_dict(language))
