# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Conditions: a name, a measured figure, a comparison, a threshold; met, failed or undetermined.

`at_least` (≥) and `more_than` (>) are different words. Unknown figures make a condition undetermined, never false.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.judgement import Figure, Judgement
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, Parameter, Row, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class Condition(ABC):
    """One test on a case. `article` is set by the award that uses it, unless the condition has its own."""

    name: str

    @abstractmethod
    def plan(self, setting: RuleContext) -> pl.Expr:
        """True, false or null over all cases."""

    @abstractmethod
    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        """The same on one case, with every figure."""

    @abstractmethod
    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        """The terms compared, after readings are applied."""

    @abstractmethod
    def phrase(self, setting: RuleContext) -> Text:
        """The test in words."""

    @abstractmethod
    def document(self) -> Any:
        """The test as canonical data."""

    def all_terms(self) -> tuple[Term, ...]:
        """The terms compared, whatever the readings."""
        return ()

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        """The columns read."""
        for term in self.terms(setting):
            yield from term.leaves(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        """The readings applied, each once."""
        names = [name for term in self.terms(setting) for name in term.reading_names(setting)]
        return tuple(dict.fromkeys(names))

    def undetermined_leaves(self, setting: RuleContext) -> list[tuple[pl.Expr, Column]]:
        """(where the condition is undetermined for want of it, the column) for every column read."""
        unknown = self.plan(setting).is_null()
        return [(unknown & leaf.plan(setting).is_null(), leaf) for leaf in self.leaves(setting)]

    def expressed(self, setting: RuleContext) -> Condition:
        """The condition after a reading of its own is applied; itself for most."""
        return self

    def _missing(self, row: Row, setting: RuleContext) -> tuple[str, ...]:
        return tuple(missing_names(row, self.leaves(setting)))

    def _readings(self, setting: RuleContext) -> tuple[tuple[str, str], ...]:
        return tuple((name, setting.reading(name)) for name in self.reading_names(setting))


class Words:
    """Names of conditions in both languages and the article that each is cited from."""

    def __init__(self, article: str, texts: Mapping[str, Text]) -> None:
        self.article = article
        self._texts = texts

    def of(self, name: str) -> Text:
        """The condition's name; `KeyError` for one that has none."""
        return self._texts[name]


def missing_names(row: Row, leaves: Iterator[Column]) -> list[str]:
    """Names of the facts that are null in a case."""
    names = {
        leaf.lacking
        for leaf in leaves
        if leaf.lacking and row[leaf.name] is None and not (leaf.on_day and row.get("day") is None)
    }
    return sorted(names)


@dataclass(frozen=True)
class Membership(Condition):
    """A code that is one of a list of the policy."""

    measured: Term
    allowed: Parameter | ChosenList

    def plan(self, setting: RuleContext) -> pl.Expr:
        allowed = self.allowed_codes(setting)
        return self.measured.plan(setting).is_in(list(allowed))

    def allowed_codes(self, setting: RuleContext) -> tuple[str, ...]:
        """The codes that meet the condition."""
        if isinstance(self.allowed, ChosenList):
            return self.allowed.codes(setting)
        found: tuple[str, ...] = setting.parameter(self.allowed.name)
        return found

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        measured = self.measured.value(row, setting)
        allowed = self.allowed_codes(setting)
        met = None if measured is None else measured in allowed
        return Judgement(
            self.name,
            words.article,
            words.of(self.name),
            "one_of",
            met,
            Figure(measured, "code"),
            Figure(allowed, "code"),
            readings=self._readings(setting),
            missing=self._missing(row, setting) if met is None else (),
        )

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.measured,)

    def all_terms(self) -> tuple[Term, ...]:
        return (self.measured, *((self.allowed,) if isinstance(self.allowed, Parameter) else ()))

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        names = super().reading_names(setting)
        return (*names, self.allowed.reading) if isinstance(self.allowed, ChosenList) else names

    def phrase(self, setting: RuleContext) -> Text:
        codes = "、".join(self.allowed_codes(setting)), ", ".join(self.allowed_codes(setting))
        return Text.joined([self.measured.phrase(setting), Text(*codes)], " 属于 ", " is one of ")

    def document(self) -> Any:
        return {"name": self.name, "one_of": [self.measured.document(), self.allowed.document()]}


@dataclass(frozen=True)
class ChosenList:
    """A list of codes that depends on a reading; each value names a parameter."""

    reading: str
    options: tuple[tuple[str, str], ...]

    def codes(self, setting: RuleContext) -> tuple[str, ...]:
        """The codes under the reading in force."""
        found: tuple[str, ...] = setting.parameter(dict(self.options)[setting.reading(self.reading)])
        return found

    def document(self) -> Any:
        """The list as canonical data."""
        return {"reading": self.reading, "values": dict(self.options)}


@dataclass(frozen=True)
class Holds(Condition):
    """A flag that must be true."""

    measured: Term

    def plan(self, setting: RuleContext) -> pl.Expr:
        return self.measured.plan(setting)

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        met = self.measured.value(row, setting)
        return Judgement(
            self.name,
            words.article,
            words.of(self.name),
            "is",
            met,
            Figure(met, "flag"),
            Figure(True, "flag"),
            readings=self._readings(setting),
            missing=self._missing(row, setting) if met is None else (),
        )

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.measured,)

    def all_terms(self) -> tuple[Term, ...]:
        return (self.measured,)

    def phrase(self, setting: RuleContext) -> Text:
        return self.measured.phrase(setting)

    def document(self) -> Any:
        return {"name": self.name, "holds": self.measured.document()}


@dataclass(frozen=True)
class OnRecord(Condition):
    """A text that must be on record; an empty one leaves the condition undetermined, it never fails."""

    measured: Column

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.when(self.measured.plan(setting).str.strip_chars().str.len_chars() > 0).then(True)

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        found = self.measured.value(row, setting)
        met = True if found is not None and found.strip() else None
        return Judgement(
            self.name,
            words.article,
            words.of(self.name),
            "present",
            met,
            Figure(found, "text"),
            missing=() if met else (self.measured.lacking,),
        )

    def undetermined_leaves(self, setting: RuleContext) -> list[tuple[pl.Expr, Column]]:
        return [(self.plan(setting).is_null(), self.measured)]

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.measured,)

    def all_terms(self) -> tuple[Term, ...]:
        return (self.measured,)

    def phrase(self, setting: RuleContext) -> Text:
        return Text.joined([self.measured.words, Text("已登记", "on record")], "", " ")

    def document(self) -> Any:
        return {"name": self.name, "on_record": self.measured.document()}
