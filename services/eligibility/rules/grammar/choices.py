# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Terms that a reading chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Row, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class ChosenTerm(Term):
    """A term that depends on a reading."""

    reading: str
    options: tuple[tuple[str, Term], ...]

    def chosen(self, setting: RuleContext) -> Term:
        """The term under the reading in force."""
        return dict(self.options)[setting.reading(self.reading)]

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.chosen(setting),)

    def all_parts(self) -> tuple[Term, ...]:
        return tuple(term for _, term in self.options)

    def plan(self, setting: RuleContext) -> pl.Expr:
        return self.chosen(setting).plan(setting)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return self.chosen(setting).value(row, setting)

    def bound(self, setting: RuleContext) -> int:
        return self.chosen(setting).bound(setting)

    def phrase(self, setting: RuleContext) -> Text:
        return self.chosen(setting).phrase(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        return (self.reading, *super().reading_names(setting))

    def document(self) -> Any:
        return {"reading": self.reading, "values": {value: term.document() for value, term in self.options}}
