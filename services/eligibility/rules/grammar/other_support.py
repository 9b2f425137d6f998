# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Public money that other programmes or levels of government gave for the same matter."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.lookups import Attachment, Read
from services.eligibility.rules.grammar.plans import collect
from services.eligibility.rules.grammar.rule_context import RuleContext

#: The column of what other programmes gave, in fen.
OTHER_SUPPORT = "other_support"


@dataclass(frozen=True)
class OtherSupport(Attachment):
    """What other programmes gave for the same matter, in fen: the subject if the award is given once, else subject and year."""

    code: str
    once: bool
    interpretations: tuple[str, ...] = ("overlap",)

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        if facts["other_support"].is_empty():
            return cases.with_columns(pl.lit(0, dtype=pl.Int128).alias(OTHER_SUPPORT))
        keys = ["subject"] if self.once else ["subject", "award_year"]
        amount = pl.col("amount_fen").cast(pl.Int128).sum().alias(OTHER_SUPPORT)
        given = facts["other_support"].lazy().filter(pl.col("award") == self.code)
        given = given.with_columns(pl.col("award_year").cast(pl.Int32)).group_by(keys).agg(amount)
        joined = cases.lazy().join(given, on=keys, how="left", maintain_order="left")
        return collect(joined.with_columns(pl.col(OTHER_SUPPORT).fill_null(0)), cases, facts["other_support"])

    def reads(self) -> tuple[Read, ...]:
        return (Read("other_support", "subject", only=("award", (self.code,))),)
