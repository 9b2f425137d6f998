# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Conditions made of conditions: all of them, any of them, or the one that a reading chooses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.conditions import Condition, Words
from services.eligibility.rules.grammar.judgement import Judgement, all_of, any_of
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, Row, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class Combination(Condition):
    """Several conditions joined by Kleene's and (`all`) or or (`any`)."""

    kind: str
    conditions: tuple[Condition, ...]

    def _expressed(self, setting: RuleContext) -> list[Condition]:
        return [condition.expressed(setting) for condition in self.conditions]

    def plan(self, setting: RuleContext) -> pl.Expr:
        plans = [condition.plan(setting) for condition in self._expressed(setting)]
        combined = plans[0]
        for plan in plans[1:]:
            combined = combined & plan if self.kind == "all" else combined | plan
        return combined

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        within = tuple(condition.judge(row, setting, words) for condition in self._expressed(setting))
        results = [judgement.met for judgement in within]
        met = all_of(results) if self.kind == "all" else any_of(results)
        missing = sorted({name for judgement in within for name in judgement.missing}) if met is None else []
        text = words.of(self.name)
        return Judgement(
            self.name,
            words.article,
            text,
            self.kind,
            met,
            within=within,
            missing=tuple(missing),
            readings=tuple((name, setting.reading(name)) for name in self.reading_names(setting)),
        )

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return tuple(term for condition in self._expressed(setting) for term in condition.terms(setting))

    def all_terms(self) -> tuple[Term, ...]:
        return tuple(term for condition in self.conditions for term in condition.all_terms())

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        for condition in self._expressed(setting):
            yield from condition.leaves(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        names = [name for condition in self._expressed(setting) for name in condition.reading_names(setting)]
        return tuple(dict.fromkeys(names))

    def undetermined_leaves(self, setting: RuleContext) -> list[tuple[pl.Expr, Column]]:
        unknown = self.plan(setting).is_null()
        return [
            (unknown & where, leaf)
            for condition in self._expressed(setting)
            for where, leaf in condition.undetermined_leaves(setting)
        ]

    def phrase(self, setting: RuleContext) -> Text:
        phrases = [condition.phrase(setting) for condition in self._expressed(setting)]
        joined = (
            Text.joined(phrases, "；且 ", "; and ") if self.kind == "all" else Text.joined(phrases, "；或 ", "; or ")
        )
        return Text(f"（{joined.zh}）", f"({joined.en})")

    def document(self) -> Any:
        return {"name": self.name, self.kind: [condition.document() for condition in self.conditions]}


@dataclass(frozen=True)
class Always(Condition):
    """Met whatever the facts: what a reading puts where it asks for nothing."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.lit(True)

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        return Judgement(self.name, words.article, words.of(self.name), "all", True)

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return ()

    def phrase(self, setting: RuleContext) -> Text:
        return Text("不作要求", "not required")

    def document(self) -> Any:
        return {"name": self.name, "always": True}


@dataclass(frozen=True)
class Chosen(Condition):
    """The condition that a reading chooses; None asks for nothing."""

    reading: str
    options: tuple[tuple[str, Condition | None], ...]

    def expressed(self, setting: RuleContext) -> Condition:
        return dict(self.options)[setting.reading(self.reading)] or Always(self.name)

    def plan(self, setting: RuleContext) -> pl.Expr:
        return self.expressed(setting).plan(setting)

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        found = self.expressed(setting).judge(row, setting, words)
        applied = ((self.reading, setting.reading(self.reading)), *found.readings)
        return Judgement(**{**{f: getattr(found, f) for f in found.__slots__}, "readings": applied})

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        return self.expressed(setting).terms(setting)

    def all_terms(self) -> tuple[Term, ...]:
        return tuple(term for _, option in self.options if option is not None for term in option.all_terms())

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        yield from self.expressed(setting).leaves(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        return (self.reading, *self.expressed(setting).reading_names(setting))

    def undetermined_leaves(self, setting: RuleContext) -> list[tuple[pl.Expr, Column]]:
        return self.expressed(setting).undetermined_leaves(setting)

    def phrase(self, setting: RuleContext) -> Text:
        return self.expressed(setting).phrase(setting)

    def document(self) -> Any:
        options = {value: None if option is None else option.document() for value, option in self.options}
        return {"name": self.name, "reading": self.reading, "values": options}
