"""The words that awards are written with."""

from __future__ import annotations

from services.eligibility.rules.grammar.amounts import Amount, ChosenAmount
from services.eligibility.rules.grammar.award import Place
from services.eligibility.rules.grammar.choices import ChosenTerm
from services.eligibility.rules.grammar.combinations import Always, Chosen, Combination
from services.eligibility.rules.grammar.comparisons import Comparison
from services.eligibility.rules.grammar.conditions import ChosenList, Condition, Holds, Membership, OnRecord
from services.eligibility.rules.grammar.days import ReadDay, YearEnd
from services.eligibility.rules.grammar.lookups import PAYEE_FORM, PAYEE_JURISDICTION
from services.eligibility.rules.grammar.rates import Whole
from services.eligibility.rules.grammar.terms import Column, Parameter, Term, parameter

#: Given to enterprises alone; whether an individual business is one depends on a reading.
ENTERPRISES = Membership(
    "legal-form",
    PAYEE_FORM,
    ChosenList(
        "individual_businesses", (("exclude", "enterprise_forms"), ("include", "enterprise_forms_with_individuals"))
    ),
)
#: Given to any form but government bodies.
NOT_GOVERNMENT = Membership("legal-form", PAYEE_FORM, Parameter("forms_but_government"))
#: Given to a unit of any form.
ANY_FORM = None


def _covered(name: str, column: Column) -> Membership:
    return Membership(name, column, Parameter("covered_jurisdictions"))


#: The payee is in the area on the case's day, and sets the jurisdiction.
AT_PAYEE = Place(_covered("place", PAYEE_JURISDICTION), PAYEE_JURISDICTION)


def at_project(jurisdiction: Column) -> Place:
    """The project's own place counts too, by the reading `project_place`; where it does, it sets the jurisdiction."""
    both = Combination(
        "place", "all", (_covered("payee-place", PAYEE_JURISDICTION), _covered("project-place", jurisdiction))
    )
    return Place(
        Chosen("place", "project_place", (("both", both), ("payee", _covered("place", PAYEE_JURISDICTION)))),
        ("project_place", (("both", jurisdiction), ("payee", PAYEE_JURISDICTION))),
    )


def judged_by_measure(jurisdiction: Column) -> Place:
    """Places are judged one by one in a measure, which also says the award's jurisdiction."""
    return Place(Always("place"), jurisdiction)


def at_least(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """≥: the threshold itself is enough (达到, 以上)."""
    return Comparison(name, measured, "at_least", threshold, in_doubt)


def more_than(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """>: the threshold itself is not enough (超过)."""
    return Comparison(name, measured, "more_than", threshold, in_doubt)


def some(name: str, counted: Term, in_doubt: Column | None = None) -> Comparison:
    """At least one."""
    return Comparison(name, counted, "at_least", Whole(1), in_doubt)


def above_zero(name: str, figure: Term) -> Comparison:
    """More than nothing, so that a share of it can be taken."""
    return Comparison(name, figure, "more_than", Whole(0))


def no_later_than(name: str, measured: Term, threshold: Term) -> Comparison:
    """A day on or before another."""
    return Comparison(name, measured, "at_most", threshold)


def by_year_end(name: str, measured: Term) -> Comparison:
    """A day on or before 31 December of the award year."""
    return Comparison(name, measured, "at_most", YearEnd())


def one_of(name: str, measured: Term, allowed: Parameter) -> Membership:
    """A code on a list of the policy."""
    return Membership(name, measured, allowed)


def holds(name: str, flag: Term) -> Holds:
    """A flag that must be true."""
    return Holds(name, flag)


def on_record(name: str, text: Column) -> OnRecord:
    """A text that must be on record; empty is undetermined."""
    return OnRecord(name, text)


def all_of(name: str, *conditions: Condition) -> Combination:
    """Every one of them."""
    return Combination(name, "all", conditions)


def any_of(name: str, *conditions: Condition) -> Combination:
    """At least one of them."""
    return Combination(name, "any", conditions)


def within_validity(name: str, day: Term, *, by_end_of_year: bool = True) -> Combination:
    """A day within the policy's validity, and by 31 December of the year judged."""
    until = (by_year_end(f"{name}-by-year-end", day),) if by_end_of_year else ()
    first = at_least(f"{name}-from-first-day", day, parameter("validity_first_day"))
    return Combination(
        name, "all", (first, no_later_than(f"{name}-to-last-day", day, ReadDay("validity_last_day")), *until)
    )


def condition_by(reading: str, name: str, **options: Condition | None) -> Chosen:
    """The condition that a reading chooses; None asks for nothing."""
    return Chosen(name, reading, tuple(options.items()))


def amount_by_reading(reading: str, **options: Amount | ChosenAmount) -> ChosenAmount:
    """The amount that a reading chooses."""
    return ChosenAmount(reading, tuple(options.items()))


def term_by(reading: str, **options: Term) -> ChosenTerm:
    """The term that a reading chooses."""
    return ChosenTerm(reading, tuple(options.items()))
