"""An award: what it is about, who may have it, when, how much, and how it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from services.eligibility.rules.grammar.amounts import Amount
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.days import ValidityDay
from services.eligibility.rules.grammar.lookups import PAYEE_JURISDICTION, Lookup, Read, with_needed
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.nodes import Choice, Node, resolve
from services.eligibility.rules.grammar.other_support import OtherSupport
from services.eligibility.rules.grammar.ranks import AmongFirst
from services.eligibility.rules.grammar.subjects import About
from services.eligibility.rules.grammar.terms import Column, Parameter, columns_in


@dataclass(frozen=True, slots=True)
class Article:
    """The sentence of the document that grants the award."""

    number: int
    paragraph: int = 1
    sentence: int = 1

    @property
    def cited(self) -> str:
        """`Art. n para. m sentence k`, as conditions cite it."""
        return f"Art. {self.number} para. {self.paragraph} sentence {self.sentence}"


@dataclass(frozen=True)
class Place(Node):
    """Where the award must lie: a condition on places, and the column that holds the award's jurisdiction."""

    condition: Condition
    jurisdiction: Column


@dataclass(frozen=True)
class GivenBefore(Node):
    """A later award of the same series gives only what exceeds everything given before, under one value of an interpretation.

    `later` is the amount that a later one starts from, None under other values; a first award has the award's own amount.
    """

    interpretation: str
    value: str
    later: Amount | None

    def resolved(self, interpretations: Mapping[str, str]) -> Node:
        """Return it without choices, and without `later` where the interpretation is another."""
        value = interpretations[self.interpretation]
        later = resolve(self.later, interpretations) if self.later is not None and value == self.value else None
        return replace(self, later=later, interpretations=((self.interpretation, value),))


@dataclass(frozen=True, eq=False)
class Award(Node):
    """One award of a policy."""

    code: str
    article: Article
    about: About
    given_to: Condition | None
    when: tuple[Condition, ...]
    #: None where it is given in kind.
    amount: Amount | None
    place: Place
    instalments: Parameter | None = None
    in_later_years: GivenBefore | None = None
    #: Award codes whose earlier payments count as payments of this award.
    also_paid_as: tuple[str, ...] = ()
    #: False where earlier payments are counted by a measure (by tier, by serial number) instead of by subject.
    paid_before_by_subject: bool = True
    prior_reads: tuple[Read, ...] = ()
    #: False where the award has rules of its own on what other programmes give.
    overlap_counts: bool = True

    @property
    def kind(self) -> str:
        """`cash` or `in_kind`."""
        return "in_kind" if self.amount is None else "cash"

    @property
    def other_support(self) -> OtherSupport | None:
        """What other programmes gave for the same matter; None for an award in kind, and one with rules of its own."""
        return OtherSupport(self.code, self.about.once) if self.amount is not None and self.overlap_counts else None

    @property
    def paid_under(self) -> tuple[str, ...]:
        """Every code under which an earlier payment counts."""
        return (self.code, *self.also_paid_as)

    @property
    def later_amount(self) -> Amount | None:
        """The amount that a later award of the series starts from."""
        return None if self.in_later_years is None else self.in_later_years.later

    def conditions(self) -> tuple[Condition, ...]:
        """Return form, place and own conditions, in the order of the explanation."""
        form = () if self.given_to is None else (self.given_to,)
        return (*form, self.place.condition, *self.when)

    @cached_property
    def ranked(self) -> bool:
        """Whether its cases are ranked among each other, so that each depends on the facts of all."""
        return any(isinstance(node, AmongFirst) for node in self.walk())

    @cached_property
    def lookups(self) -> tuple[Lookup, ...]:
        """Everything that is put beside a case, each after what it needs; of an award with choices, under any of them."""
        columns = with_needed((*columns_in(self), PAYEE_JURISDICTION))
        return tuple(dict.fromkeys(column.source for column in columns if column.source is not None))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures among the lookups."""
        return tuple(lookup for lookup in self.lookups if isinstance(lookup, Measure))

    def interpretation_names(self) -> set[str]:
        """Return the names of all interpretations that the award may depend on."""
        nodes = [*self.walk()]
        named = {node.interpretation for node in nodes if isinstance(node, Choice | GivenBefore)}
        named |= {name for node in nodes if isinstance(node, ValidityDay) for name in node.named}
        return named | {name for lookup in self.lookups for name in lookup.interpretations}

    def document(self) -> dict[str, Any]:
        """Return the award as canonical data."""
        later = self.in_later_years
        return {
            "code": self.code,
            "article": self.article.cited,
            "kind": self.kind,
            "about": self.about.document(),
            "given_to": None if self.given_to is None else self.given_to.document(),
            "place": self.place.condition.document(),
            "when": [condition.document() for condition in self.when],
            "amount": None if self.amount is None else self.amount.document(),
            "instalments": None if self.instalments is None else self.instalments.document(),
            "later": None
            if later is None or later.later is None
            else {"reading": later.interpretation, "from": later.later.document()},
            "paid_under": list(self.paid_under),
            "measures": [
                {
                    "name": measure.name,
                    "readings": list(measure.interpretations),
                    "parameters": list(measure.parameters),
                    "en": measure.words.en,
                }
                for measure in self.measures
            ],
        }
