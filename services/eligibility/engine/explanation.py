"""An explanation as a tree: conditions with their figures, the amount as steps, the parts of measures as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.eligibility.rules.canonical import canonical_json
from services.eligibility.rules.grammar.amounts import Step
from services.eligibility.rules.grammar.judgement import Figure, Judgement
from services.eligibility.rules.text import Text


@dataclass(frozen=True, slots=True)
class Parts:
    """What a measure was made of: rows in a fixed order."""

    name: str
    words: Text
    rows: tuple[Mapping[str, Any], ...]

    def as_dict(self, language: str) -> dict[str, Any]:
        """The parts as a document in one language."""
        rows = [{key: Figure(value).plain() for key, value in row.items()} for row in self.rows]
        return {"name": self.name, "title": self.words.within(language), "rows": rows}


@dataclass(frozen=True, slots=True)
class AppliedReading:
    """A reading that bore on the result."""

    name: str
    value: str
    words: Text
    value_words: Text

    def as_dict(self, language: str) -> dict[str, Any]:
        """The reading as a document in one language."""
        title, said = self.words.within(language), self.value_words.within(language)
        return {"name": self.name, "value": self.value, "title": title, "value_title": said}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one subject was granted, refused or left undetermined an award in a year."""

    policy: str
    award: str
    title: Text
    article: str
    subject: str
    award_year: int | None
    decided_on: date
    payee_uscc: str | None
    payee_name: str | None
    jurisdiction: str | None
    result: str
    kind: str
    entitlement_fen: int
    conditions: tuple[Judgement, ...]
    steps: tuple[Step, ...]
    parts: tuple[Parts, ...]
    readings: tuple[AppliedReading, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    engine_version: str

    @property
    def near_misses(self) -> tuple[Judgement, ...]:
        """The failed conditions that say by how much they are short."""
        return tuple(leaf for condition in self.conditions for leaf in _short(condition))

    def as_dict(self, language: str) -> dict[str, Any]:
        """The explanation as a document; `language` is `zh-CN` or `en`."""
        return {
            "policy": self.policy,
            "award": self.award,
            "title": self.title.within(language),
            "article": self.article,
            "subject": self.subject,
            "award_year": self.award_year,
            "decided_on": self.decided_on.isoformat(),
            "payee": {"uscc": self.payee_uscc, "name": self.payee_name},
            "jurisdiction": self.jurisdiction,
            "result": self.result,
            "kind": self.kind,
            "entitlement_fen": self.entitlement_fen,
            "conditions": [condition.as_dict(language) for condition in self.conditions],
            "amount": [step.as_dict(language) for step in self.steps],
            "parts": [part.as_dict(language) for part in self.parts],
            "readings": [reading.as_dict(language) for reading in self.readings],
            "near_misses": [condition.as_dict(language) for condition in self.near_misses],
            "missing": list(self.missing),
            "flags": list(self.flags),
            "engine_version": self.engine_version,
        }

    def document(self, language: str) -> bytes:
        """The explanation as canonical JSON: the same bytes for the same inputs."""
        return canonical_json(self.as_dict(language))


def _short(condition: Judgement) -> list[Judgement]:
    """The failed leaves of a failed condition, where they say what is short."""
    if condition.met is not False:
        return []
    if not condition.within:
        return [] if condition.short_by is None else [condition]
    return [leaf for part in condition.within for leaf in _short(part)]
