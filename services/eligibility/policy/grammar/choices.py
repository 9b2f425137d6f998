# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Terms that a reading chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.policy.text import Text

from .setting import Setting
from .terms import Row, Term


@dataclass(frozen=True)
class ChosenTerm(Term):
    """A term that depends on a reading."""

    reading: str
    options: tuple[tuple[str, Term], ...]

    def chosen(self, setting: Setting) -> Term:
        """The term under the reading in force."""
        return dict(self.options)[setting.reading(self.reading)]

    def parts(self, setting: Setting) -> tuple[Term, ...]:
        return (self.chosen(setting),)

    def all_parts(self) -> tuple[Term, ...]:
        return tuple(term for _, term in self.options)

    def plan(self, setting: Setting) -> pl.Expr:
        return self.chosen(setting).plan(setting)

    def value(self, row: Row, setting: Setting) -> Any:
        return self.chosen(setting).value(row, setting)

    def bound(self, setting: Setting) -> int:
        return self.chosen(setting).bound(setting)

    def phrase(self, setting: Setting) -> Text:
        return self.chosen(setting).phrase(setting)

    def reading_names(self, setting: Setting) -> tuple[str, ...]:
        return (self.reading, *super().reading_names(setting))

    def document(self) -> Any:
        return {"reading": self.reading, "values": {value: term.document() for value, term in self.options}}
