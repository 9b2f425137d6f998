"""An award under certain interpretations, with the conditions that its cases are tested by and everything that these read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import polars as pl

from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.combinations import Always
from services.eligibility.rules.grammar.common import (
    INTEGRITY,
    INTEGRITY_CONDITION,
    condition_on_payment,
    conditions_on_time,
    conditions_once,
)
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.lookups import PAYEE_ENTRY, Attachment, Location, PayeeEntry, with_needed
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.nodes import Node, resolve
from services.eligibility.rules.grammar.other_support import OtherSupport
from services.eligibility.rules.grammar.ranks import AmongFirst
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, columns_in

#: A condition with the name of the boolean column that holds its result.
Named = tuple[str, Condition]


@dataclass(frozen=True, eq=False)
class ResolvedAward:
    """An award without choices, and the interpretations that it was resolved by."""

    award: Award
    interpretations: Mapping[str, str]

    @cached_property
    def conditions(self) -> tuple[Named, ...]:
        """Every condition that is tested case by case, in the order of the explanation."""
        award = self.award
        on_payment = condition_on_payment(award.paid_under, once=award.about.once)
        paid = (on_payment,) if award.paid_before_by_subject else ()
        integrity = () if isinstance(self._integrity, Always) else (self._integrity,)
        on_time = (resolve(condition, self.interpretations) for condition in conditions_on_time(award.about))
        own = (condition for condition in award.conditions() if condition is not self.ranking)
        every = (*on_time, *own, *paid, *integrity)
        return tuple((f"condition.{number}", condition) for number, condition in enumerate(every))

    @cached_property
    def _integrity(self) -> Condition:
        return resolve(INTEGRITY_CONDITION, self.interpretations)

    @cached_property
    def ranking(self) -> AmongFirst | None:
        """The condition that ranks the cases among each other, if there is one."""
        return next((each for each in self.award.when if isinstance(each, AmongFirst)), None)

    @cached_property
    def conditions_compared(self) -> tuple[Named, ...]:
        """The conditions that compare the cases of the award with each other, after all others."""
        ranking = () if self.ranking is None else (("condition.rank", self.ranking),)
        once = ((f"condition.{each.name}", each) for each in conditions_once(self.award.about))
        return (*ranking, *once)

    @cached_property
    def other_support(self) -> OtherSupport | None:
        """What other programmes gave, where it flags or lowers the award."""
        return None if self.interpretations["overlap"] == "ignored" else self.award.other_support

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column that conditions, amounts, jurisdiction and order read, each once."""
        award, about = self.award, self.award.about
        nodes: list[Node | None] = [condition for _, condition in self.conditions]
        nodes += [self.ranking, award.amount, award.later_amount, award.place.jurisdiction, about.payee]
        nodes += about.order() if about.earliest_by else ()
        nodes += () if about.rank is None else (about.rank[0],)
        read = [column for node in nodes if node is not None for column in columns_in(node)]
        return tuple({column.name: column for column in with_needed(read)}.values())

    @cached_property
    def lookups(self) -> tuple[Attachment | Measure, ...]:
        """The lookups behind the columns, each after what it needs, cheap and selective ones first; then those of every award."""
        ranked = sorted((column for column in self.columns if column.source is not None), key=_cost)
        sources = [column.source for column in with_needed(ranked) if column.source is not None]
        screened = () if self.interpretations["integrity_screen"] == "off" else (INTEGRITY,)
        support = () if self.other_support is None else (self.other_support,)
        return tuple(dict.fromkeys([*sources, PAYEE_ENTRY, *screened, *support]))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures among the lookups."""
        return tuple(lookup for lookup in self.lookups if isinstance(lookup, Measure))

    @cached_property
    def applied(self) -> tuple[str, ...]:
        """The names of the interpretations that apply to a case, each once, in the order of the explanation."""
        award = self.award
        nodes: list[Node | None] = [condition for _, condition in (*self.conditions, *self.conditions_compared)]
        names = _applied([*nodes, award.amount])
        names += [name for measure in self.measures for name in measure.interpretations]
        names += _applied([award.about.payee, award.in_later_years, award.about.same_year, self._integrity])
        names += [name for lookup in self.lookups for name in lookup.interpretations]
        names += ["overlap"] if award.other_support is not None else []
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, eq=False)
class Plans:
    """The expressions of an award's conditions and amounts, and of every figure that an explanation shows of them."""

    conditions: Mapping[str, pl.Expr]
    conditions_compared: Mapping[str, pl.Expr]
    amount: pl.Expr | None
    later_amount: pl.Expr | None
    figures: Mapping[str, pl.Expr]
    #: Each fact that a condition or the amount may lack, with where it does.
    lacking: Sequence[tuple[str, pl.Expr]]


@lru_cache(maxsize=256)
def plans_of(resolved: ResolvedAward, context: RuleContext) -> Plans:
    """Return the expressions of an award, made once for the same parameters, interpretations and days."""
    award, figures = resolved.award, dict[str, pl.Expr]()
    named = (*resolved.conditions, *resolved.conditions_compared)
    lacking: list[tuple[str, pl.Expr]] = []
    for name, condition in named:
        figures |= condition.columns(name, context)
        del figures[name]
        lacking += condition.missing(pl.col(name), context)
    if award.amount is not None:
        figures |= award.amount.columns("amount", context)
        lacking += [(column.lacking, column.missing()) for column in columns_in(award.amount) if column.lacking]
        too_large = award.amount.too_large(context)
        lacking += [(column.lacking, too_large) for column in columns_in(award.amount.base) if column.lacking]
    if award.later_amount is not None:
        figures |= award.later_amount.columns("later", context)
    return Plans(
        {name: condition.plan(context) for name, condition in resolved.conditions},
        {name: condition.plan(context) for name, condition in resolved.conditions_compared},
        None if award.amount is None else award.amount.plan(context),
        None if award.later_amount is None else award.later_amount.plan(context),
        figures,
        lacking,
    )


def resolved_award(award: Award, interpretations: Mapping[str, str]) -> ResolvedAward:
    """Return the award as the interpretations read it."""
    return _resolved(award, tuple(interpretations.items()))


@lru_cache(maxsize=1024)
def _resolved(award: Award, values: Sequence[tuple[str, str]]) -> ResolvedAward:
    interpretations = dict(values)
    return ResolvedAward(resolve(award, interpretations), interpretations)


def _applied(nodes: Iterable[Node | None]) -> list[str]:
    return [name for node in nodes if node is not None for name in node.applied()]


def _cost(column: Column) -> int:
    lookup = column.source
    if isinstance(lookup, Measure):
        return 3
    return 2 if isinstance(lookup, Location) else 1 if isinstance(lookup, PayeeEntry) else 0
