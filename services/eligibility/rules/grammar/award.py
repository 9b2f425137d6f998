"""An award: what it is about, who may have it, when, how much, and how it is paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.eligibility.rules.grammar.amounts import Amount, ChosenAmount
from services.eligibility.rules.grammar.choices import ChosenTerm
from services.eligibility.rules.grammar.combinations import Chosen
from services.eligibility.rules.grammar.conditions import ChosenList, Condition
from services.eligibility.rules.grammar.days import ReadDay
from services.eligibility.rules.grammar.lookups import PAYEE_JURISDICTION, Lookup
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.reads import Read
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.subjects import About
from services.eligibility.rules.grammar.terms import Column, Term


@dataclass(frozen=True, slots=True)
class Article:
    """Where in the document the award stands."""

    number: int
    paragraph: int = 1
    sentence: int = 1

    @property
    def cited(self) -> str:
        """`Art. n para. m`, as conditions cite it."""
        return f"Art. {self.number} para. {self.paragraph} sentence {self.sentence}"


@dataclass(frozen=True)
class Place:
    """Where the award must lie: conditions on places, and the column that sets the jurisdiction, by reading."""

    condition: Condition
    jurisdiction: Column | tuple[str, tuple[tuple[str, Column], ...]]

    def column(self, setting: RuleContext) -> Column:
        """The column that holds the award's jurisdiction."""
        if isinstance(self.jurisdiction, Column):
            return self.jurisdiction
        reading, options = self.jurisdiction
        return dict(options)[setting.reading(reading)]


@dataclass(frozen=True)
class GivenBefore:
    """A later award of the same series gives only what exceeds everything given before, under a reading.

    `later` is the amount that a later one starts from; a first award is as the award's own amount says. `unit` is
    what was given before counts for: the part of the subject before ":".
    """

    reading: str
    value: str
    later: Amount | ChosenAmount

    def applies(self, setting: RuleContext) -> bool:
        """Whether the reading asks for it."""
        return setting.reading(self.reading) == self.value


@dataclass(frozen=True)
class Award:
    """One award of a policy."""

    code: str
    article: Article
    about: About
    given_to: Condition | None
    when: tuple[Condition, ...]
    #: None where it is given in kind.
    amount: Amount | ChosenAmount | None
    place: Place
    instalments: Term | None = None
    in_later_years: GivenBefore | None = None
    #: Award codes whose earlier payments use this one up.
    also_paid_as: tuple[str, ...] = ()
    #: False where earlier payments are counted by a measure (by tier, by serial) instead of by subject.
    paid_before_by_subject: bool = True
    prior_reads: tuple[Read, ...] = field(default=())

    @property
    def kind(self) -> str:
        """`cash` or `in_kind`."""
        return "in_kind" if self.amount is None else "cash"

    @property
    def paid_under(self) -> tuple[str, ...]:
        """Every code under which an earlier payment counts."""
        return (self.code, *self.also_paid_as)

    def conditions(self) -> tuple[Condition, ...]:
        """Form, place and own conditions, in the order of the explanation."""
        form = () if self.given_to is None else (self.given_to,)
        return (*form, self.place.condition, *self.when)

    def every_condition(self) -> Iterator[Condition]:
        """All conditions with those inside combinations and readings."""
        stack = list(self.conditions())
        while stack:
            condition = stack.pop(0)
            yield condition
            stack[:0] = list(getattr(condition, "conditions", ()))
            if isinstance(condition, Chosen):
                stack[:0] = [option for _, option in condition.options if option is not None]

    def every_term(self) -> Iterator[Term]:
        """All terms under every reading."""
        amounts = [self.amount, None if self.in_later_years is None else self.in_later_years.later]
        terms = [term for condition in self.conditions() for term in condition.all_terms()]
        terms += [term for amount in amounts if amount is not None for term in amount.terms()]
        terms += [term for term in (self.about.event, self.about.payee, self.instalments) if term is not None]
        for term in terms:
            yield from term.every_form()

    def lookups(self) -> tuple[Lookup, ...]:
        """Everything that is put beside a case under some reading, what it needs first."""
        found: list[Lookup] = []

        def add(column: Column) -> None:
            if column.source is not None and column.source not in found:
                for needed in column.source.needs():
                    add(needed)
                found.append(column.source)

        for term in (*self.every_term(), PAYEE_JURISDICTION):
            if isinstance(term, Column):
                add(term)
        return tuple(found)

    def measures(self) -> tuple[Measure, ...]:
        """The measures among the lookups."""
        return tuple(lookup for lookup in self.lookups() if isinstance(lookup, Measure))

    def reading_names(self) -> tuple[str, ...]:
        """Every reading that the award may depend on, in order of appearance."""
        names: list[str] = []
        for part in (*self.every_condition(), *self.every_term()):
            for chooser in (part, getattr(part, "allowed", None)):
                names += [chooser.reading] if isinstance(chooser, Chosen | ChosenTerm | ChosenList | ReadDay) else []
        names += [name for found in self.measures() for name in found.readings]
        for amount in (self.amount, None if self.in_later_years is None else self.in_later_years.later):
            names += _amount_readings(amount)
        names += [] if self.in_later_years is None else [self.in_later_years.reading]
        return tuple(dict.fromkeys(names))

    def document(self) -> dict[str, Any]:
        """The award as canonical data."""
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
            "later": None if later is None else {"reading": later.reading, "from": later.later.document()},
            "paid_under": list(self.paid_under),
            "measures": [
                {"name": m.name, "readings": list(m.readings), "parameters": list(m.parameters), "en": m.words.en}
                for m in self.measures()
            ],
        }


def _amount_readings(amount: Amount | ChosenAmount | None) -> list[str]:
    if not isinstance(amount, ChosenAmount):
        return []
    within = [name for _, option in amount.options for name in _amount_readings(option)]
    return [amount.reading, *within]
