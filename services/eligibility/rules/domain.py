"""A policy: its awards, parameters, interpretations and coverage, identified by the hash of its document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any

from services.eligibility.rules.basis import Basis, Criterion, Sentence
from services.eligibility.rules.canonical import canonical_json, sha256
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.offices import Offices
from services.eligibility.rules.parameters import ParameterError, ParameterValues
from services.eligibility.rules.text import Text
from shared.errors import InvalidValue
from shared.i18n import CHINESE, ENGLISH

#: The most award years that a policy may have: each is a case of every award given once.
MOST_YEARS = 20


class InterpretationError(InvalidValue):
    """An unknown interpretation, or a value that it does not have; `interpretation` is the name that was given."""

    def __init__(self, message: str, /, interpretation: str, **parameters: object) -> None:
        super().__init__(message, **parameters)
        self.interpretation = interpretation


def _named(code: str, words: Text) -> Mapping[str, str]:
    """Return what an error calls a code: its words, and the code for who has to send it."""
    return {CHINESE: f"{words.zh}（{code}）", ENGLISH: f"{words.en} ({code})"}


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A question that the text leaves open: its article and its possible values, the first being the default.

    `reason` is why the first is the default, `against` what speaks for another. `former_values` maps values in documents
    of an earlier version to today's.
    """

    name: str
    article: int
    words: Text
    values: Mapping[str, Text]
    reason: Text
    against: Text
    former_values: Mapping[str, str]

    @property
    def default(self) -> str:
        """The default: the first value."""
        return next(iter(self.values))

    def document(self) -> dict[str, Any]:
        """Return the interpretation as canonical data."""
        values = [{"value": value, "zh": words.zh, "en": words.en} for value, words in self.values.items()]
        notes = {"reason": self.reason, "against": self.against}
        return {
            "article": self.article,
            "zh": self.words.zh,
            "en": self.words.en,
            "values": values,
            **{name: {"zh": words.zh, "en": words.en} for name, words in notes.items()},
        }


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One sentence of the source: implemented by awards, or with the reason why by none."""

    #: "preamble", "1" to the last article, "supplement".
    article: str
    paragraph: int
    sentence: int
    claimed_as: str
    awards: tuple[str, ...]
    #: Shared conditions that rest on the sentence.
    conditions: tuple[str, ...]
    words: Text
    source: Sentence

    def document(self) -> dict[str, Any]:
        """Return the line as canonical data."""
        return {
            "article": self.article,
            "paragraph": self.paragraph,
            "sentence": self.sentence,
            "claimed_as": self.claimed_as,
            "awards": list(self.awards),
            "conditions": list(self.conditions),
            "text": self.source.text,
            "zh": self.words.zh,
            "en": self.words.en,
        }


@dataclass(frozen=True)
class Policy:
    """A policy: what it gives, to whom, with which numbers and which open questions. Immutable; `hash` identifies it."""

    code: str
    title: Text
    awards: tuple[Award, ...]
    parameters: Mapping[str, ParameterValues]
    interpretations: Mapping[str, Interpretation]
    coverage: tuple[CoverageLine, ...]
    criteria: tuple[Criterion, ...]
    #: Title and number of the document, as published.
    source_title: str
    source_number: str
    offices: Offices
    award_titles: Mapping[str, Text]
    #: Who each award is given to, in the document's words.
    recipients: Mapping[str, Text]
    condition_words: Mapping[str, Text]
    #: What may still be done where a condition fails, by its name.
    hints: Mapping[str, Text]

    def award(self, code: str) -> Award:
        """Return the award of that code; `KeyError` lists the codes that there are."""
        for award in self.awards:
            if award.code == code:
                return award
        raise KeyError(f"{self.code} has no award {code!r}; it has {', '.join(award.code for award in self.awards)}")

    def basis_of_condition(self, award: Award, condition: str) -> Basis:
        """Return what a condition of an award rests on: a criterion, a sentence on every award, or the award's own."""
        if (award.code, condition) not in self._bases:
            self._bases[award.code, condition] = self._basis_of_condition(award, condition)
        return self._bases[award.code, condition]

    @cached_property
    def _bases(self) -> dict[tuple[str, str], Basis]:
        return {}

    def _basis_of_condition(self, award: Award, condition: str) -> Basis:
        for criterion in self.criteria:
            if condition in criterion.conditions and criterion.concerns(award.code):
                return criterion
        for line in self.coverage:
            if condition in line.conditions:
                return line.source
        return self.sentence_of(award)

    def basis_of_step(self, award: Award, step: str) -> Basis:
        """Return what a step of an award's amount rests on: a criterion, or the award's own sentence."""
        named = (each for each in self.criteria if step in each.steps and each.concerns(award.code))
        return next(named, self.sentence_of(award))

    def criterion_of_reading(self, interpretation: str, value: str) -> Criterion | None:
        """Return the criterion that an interpretation brings in, if with this value it does."""
        named = (each for each in self.criteria if interpretation in each.readings and value not in each.idle)
        return next(named, None)

    def sentence_of(self, award: Award) -> Sentence:
        """Return the sentence that grants an award."""
        article = award.article
        at = (str(article.number), article.paragraph, article.sentence)
        return next(line.source for line in self.coverage if (line.article, line.paragraph, line.sentence) == at)

    @property
    def award_years(self) -> range:
        """The award years of yearly awards."""
        return range(_whole(self.parameters["first_award_year"]), _whole(self.parameters["last_award_year"]) + 1)

    @property
    def possible_years(self) -> range:
        """Every award year that a case can have: the yearly ones, and those of events up to the last day of validity."""
        names = ("validity_first_day", "validity_last_day")
        readings = product(*(self.interpretations[name].values for name in names))
        contexts = (
            RuleContext(self.parameters, dict(zip(names, values, strict=True)), date.min, date.min)
            for values in readings
        )
        years = self.award_years
        return range(years[0], max(years[-1], *(context.last_day.year for context in contexts)) + 1)

    def with_parameters(self, changes: Mapping[str, Any]) -> Policy:
        """Return the same policy with other numbers, in their declared units, for a simulation.

        Raises `ParameterError` for an unknown name or a value outside its domain, saying what is allowed.
        """
        unknown = sorted(set(changes) - set(self.parameters))
        if unknown:
            raise ParameterError(
                "There is no such parameter; there are {names}.", unknown[0], names=", ".join(self.parameters)
            )
        changed = {name: self.parameters[name].changed(value) for name, value in changes.items()}
        policy = replace(self, parameters=MappingProxyType({**self.parameters, **changed}))
        if not 1 <= len(policy.award_years) <= MOST_YEARS:
            raise ParameterError(
                "From first_award_year to last_award_year there must be 1 to {most} years.",
                "first_award_year",
                most=MOST_YEARS,
            )
        return policy

    def context(
        self, interpretations: Interpretations, decided_on: date, first_decided_on: date | None = None
    ) -> RuleContext:
        """Return what rules depend on besides facts; without `first_decided_on` the decision is a first version."""
        return RuleContext(self.parameters, interpretations, decided_on, first_decided_on or decided_on)

    @cached_property
    def document(self) -> bytes:
        """The whole policy as canonical JSON, stored once under its hash."""
        return canonical_json(
            {
                "code": self.code,
                "title": {"zh": self.title.zh, "en": self.title.en},
                "parameters": {name: values.document() for name, values in self.parameters.items()},
                "readings": {name: question.document() for name, question in self.interpretations.items()},
                "awards": [self._award_document(award) for award in self.awards],
                "coverage": [line.document() for line in self.coverage],
                "criteria": {criterion.code: criterion.canonical() for criterion in self.criteria},
            }
        )

    def _award_document(self, award: Award) -> dict[str, Any]:
        title = self.award_titles[award.code]
        return {**award.document(), "title": {"zh": title.zh, "en": title.en}}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `document`."""
        return sha256(self.document)


class Interpretations(Mapping[str, str]):
    """A value for every open question of a policy. Immutable; `hash` identifies it."""

    def __init__(self, domain: Mapping[str, Interpretation], values: Mapping[str, str]) -> None:
        self._domain = domain
        self._values = {name: values[name] for name in domain}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @classmethod
    def official_defaults(cls, policy: Policy) -> Interpretations:
        """Return the default of every interpretation."""
        questions = policy.interpretations
        return cls(questions, {name: question.default for name, question in questions.items()})

    def with_changes(self, changes: Mapping[str, str]) -> Interpretations:
        """Return the interpretations with some changed. Raises `InterpretationError`, which lists the names or values allowed."""
        for name, value in changes.items():
            if name not in self._domain:
                known = [_named(code, each.words) for code, each in self._domain.items()]
                raise InterpretationError("There is no such interpretation; there are: {names}.", name, names=known)
            asked = self._domain[name]
            if value not in asked.values:
                allowed = [_named(code, words) for code, words in asked.values.items()]
                title = _named(name, asked.words)
                raise InterpretationError("{name} must be one of: {values}.", name, name=title, values=allowed)
        return Interpretations(self._domain, {**self._values, **changes})

    def with_stored(self, document: Mapping[str, str]) -> Interpretations:
        """Return the interpretations of a stored document; those that it does not name keep their value.

        An earlier version may have stored a value under a former name.
        """
        former = {name: question.former_values for name, question in self._domain.items()}
        return self.with_changes({name: former.get(name, {}).get(value, value) for name, value in document.items()})

    @cached_property
    def document(self) -> bytes:
        """The interpretations as canonical JSON, stored once under their hash."""
        return canonical_json(self._values)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `document`."""
        return sha256(self.document)


def _whole(values: ParameterValues) -> int:
    value = values.on(None)
    if not isinstance(value, int):
        raise ParameterError("{name} must be a whole number.", values.name, name=values.name)
    return value
