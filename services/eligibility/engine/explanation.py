"""An explanation as a tree: conditions with their figures, the amount in steps, the parts of measures as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.eligibility.rules.basis import Criterion, Sentence
from services.eligibility.rules.canonical import canonical_json
from services.eligibility.rules.grammar.results import ConditionResult, Figure, Step
from services.eligibility.rules.text import Text


@dataclass(frozen=True, slots=True)
class Parts:
    """What a measure was made of: rows in a fixed order."""

    name: str
    words: Text
    rows: tuple[Mapping[str, Any], ...]

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the parts as a document in one language."""
        rows = [{key: Figure(value).plain() for key, value in row.items()} for row in self.rows]
        return {"name": self.name, "title": self.words.within(language), "rows": rows}


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
    conditions: tuple[ConditionResult, ...]
    steps: tuple[Step, ...]
    parts: tuple[Parts, ...]
    interpretations: tuple[AppliedInterpretation, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    engine_version: str

    @property
    def near_misses(self) -> tuple[ConditionResult, ...]:
        """The failed conditions that say by how much they are short."""
        return tuple(leaf for condition in self.conditions for leaf in condition.near_misses)

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
            "entitlement_fen": self.entitlement_fen,
            "conditions": [condition.as_dict(language) for condition in self.conditions],
            "amount": [step.as_dict(language) for step in self.steps],
            "parts": [part.as_dict(language) for part in self.parts],
            "readings": [applied.as_dict(language) for applied in self.interpretations],
            "near_misses": [condition.as_dict(language) for condition in self.near_misses],
            "missing": list(self.missing),
            "flags": list(self.flags),
            "engine_version": self.engine_version,
        }

    def document(self, language: str) -> bytes:
        """Return the explanation as canonical JSON: the same bytes for the same inputs."""
        return canonical_json(self.as_dict(language))
