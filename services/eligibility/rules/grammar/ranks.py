# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Ranks: among the first of those who meet all other conditions in the same award year.

A rank compares the cases of an award with each other. The engine finds how many are ahead of each (`engine/ranking.py`) and puts
the columns of this module beside the cases; the condition reads them like any other figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.combinations import condition_by
from services.eligibility.rules.grammar.conditions import Condition, Figures, figure_text
from services.eligibility.rules.grammar.lookups import PAYEE, Attachment, Read
from services.eligibility.rules.grammar.periods import looked_up, positions_of
from services.eligibility.rules.grammar.results import Figure
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import Column, Parameter
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_

#: Columns beside a ranked case: how many are known to be ahead of it, how many more may be, and what the last one in had.
AHEAD, IN_DOUBT, LAST_IN = "rank.ahead", "rank.in_doubt", "rank.last_in"


@dataclass(frozen=True)
class Registration(Attachment):
    """The day on which the payee was registered."""

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        enterprises = facts["enterprises"]
        positions = positions_of(cases, "payee", enterprises, "uscc")
        return looked_up(cases, positions, enterprises, **{"payee.registered_on": "registered_on"})

    def reads(self) -> tuple[Read, ...]:
        return (Read("enterprises", "uscc", PAYEE),)


PAYEE_REGISTERED_ON = Column(
    "payee.registered_on",
    "day",
    Text("受奖单位成立日期", "the day on which the payee was registered"),
    Registration(),
    "enterprises.registered_on",
)


@dataclass(frozen=True)
class AmongFirst(Condition):
    """Among so many, by a figure: the largest first, or the earliest day first.

    Those with an equal figure share a place, unless `tie_breaker` puts the earlier day first, and then the lower subject. A case
    that is undetermined otherwise, or whose figure is unknown, may be ahead of others.
    """

    by: Column
    places: Parameter
    earliest: bool = False
    tie_breaker: Column | None = None
    comparison: ClassVar[str] = "among_first"

    def plan(self, context: RuleContext) -> pl.Expr:
        ahead, places = pl.col(AHEAD), self.places.plan(context)
        return pl.when(ahead >= places).then(False).when(ahead + pl.col(IN_DOUBT) < places).then(True)

    def columns(self, prefix: str, context: RuleContext) -> dict[str, pl.Expr]:
        return super().columns(prefix, context) | {
            f"{prefix}.places": self.places.plan(context),
            f"{prefix}.own": self.by.plan(context),
        }

    def missing(self, met: pl.Expr, context: RuleContext) -> list[tuple[str, pl.Expr]]:
        return [*super().missing(met, context), (self.by.lacking, met.is_null() & (pl.col(IN_DOUBT) > 0))]

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        place, places, last_in = (figure_text(figures[name]) for name in ("measured", "threshold", "last_in"))
        message = (
            N_("place {place}, among the first {places}") if met else N_("place {place}, not among the first {places}")
        )
        found = said(message, place=place, places=places)
        if row[LAST_IN] is None:
            return found
        return said(
            N_("{found}; the last one in had {by} {value}"),
            found=found,
            by=self.by.name_in(row, context),
            value=last_in,
        )

    def would_take(self, row: Row, figures: Figures, context: RuleContext) -> Text | None:
        short = figures["short_by"]
        if short is None:
            return None
        return said(N_("{name}: {short} more would be enough"), name=self.by.name_in(row, context), short=short.text)

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        ahead, last_in = row[AHEAD], row[LAST_IN]
        return {
            "measured": Figure(None if ahead is None else ahead + 1, "place"),
            "threshold": Figure(row[f"{prefix}.places"], "place"),
            "in_doubt": Figure(row[IN_DOUBT], "count") if row[IN_DOUBT] else None,
            "ahead": Figure(ahead, "count"),
            "last_in": Figure(last_in, self.by.unit()),
            "short_by": self._short_by(row[f"{prefix}.own"], last_in) if row[prefix] is False else None,
        }

    def _short_by(self, own: Any, last_in: Any) -> Figure | None:
        """Return what more would have been as good as the last one in; one more than that where nobody shares a place."""
        if not isinstance(own, int) or not isinstance(last_in, int):
            return None
        return Figure(last_in - own + (self.tie_breaker is not None), self.by.unit())

    def phrase(self, context: RuleContext) -> Text:
        by, places = self.by.phrase(context), self.places.phrase(context)
        order = Text("从早到晚", "earliest first") if self.earliest else Text("从高到低", "largest first")
        return Text(
            f"在符合其他条件者中按{by.zh}{order.zh}排名居前：{places.zh}",
            f"among the first, of those who meet the other conditions, by {by.en}, {order.en}: {places.en}",
        )

    def document(self) -> Any:
        tie = None if self.tie_breaker is None else self.tie_breaker.document()
        order = "earliest" if self.earliest else "largest"
        return {
            "name": self.name,
            "among_first": [self.by.document(), self.places.document()],
            "order": order,
            "tie": tie,
        }


def among_first(name: str, by: Column, places: Parameter, *, earliest: bool = False) -> Condition:
    """Require a place among the first of those who meet the other conditions; equal figures by the reading `rank_ties`."""
    return condition_by(
        "rank_ties",
        name,
        shared=AmongFirst(name, by, places, earliest),
        earlier_registered=AmongFirst(name, by, places, earliest, PAYEE_REGISTERED_ON),
    )
