"""The words that awards are written with."""

from __future__ import annotations

from services.eligibility.rules.grammar.amounts import Amount
from services.eligibility.rules.grammar.award import Place
from services.eligibility.rules.grammar.comparisons import Comparison
from services.eligibility.rules.grammar.conditions import (
    Always,
    Combination,
    Condition,
    Holds,
    Membership,
    NamedList,
    OnRecord,
    condition_by,
)
from services.eligibility.rules.grammar.days import InterpretedDay, YearEnd
from services.eligibility.rules.grammar.lookups import PAYEE_FORM, PAYEE_JURISDICTION
from services.eligibility.rules.grammar.nodes import choice
from services.eligibility.rules.grammar.rates import Whole
from services.eligibility.rules.grammar.terms import Column, Parameter, Term, parameter

#: Given to enterprises alone; whether an individual business is one depends on an interpretation.
ENTERPRISES = Membership(
    "legal-form",
    PAYEE_FORM,
    choice(
        "individual_businesses",
        {"exclude": NamedList("enterprise_forms"), "include": NamedList("enterprise_forms_with_individuals")},
    ),
)
#: Given to any form but government bodies.
NOT_GOVERNMENT = Membership("not-government", PAYEE_FORM, Parameter("forms_but_government"))
#: Given to units of any form.
ANY_FORM = None


def _covered(name: str, column: Column) -> Membership:
    return Membership(name, column, Parameter("covered_jurisdictions"))


#: The payee is in the area on the case's day, and sets the jurisdiction.
AT_PAYEE = Place(_covered("place", PAYEE_JURISDICTION), PAYEE_JURISDICTION)


def at_project(jurisdiction: Column) -> Place:
    """Return the place of a project: by `project_place` its own place counts too, and sets the jurisdiction."""
    both = Combination(
        "place", "all", (_covered("payee-place", PAYEE_JURISDICTION), _covered("project-place", jurisdiction))
    )
    return Place(
        condition_by("project_place", "place", both=both, payee=_covered("place", PAYEE_JURISDICTION)),
        choice("project_place", {"both": jurisdiction, "payee": PAYEE_JURISDICTION}),
    )


def place_by_measure(jurisdiction: Column) -> Place:
    """Return the place of an award whose measure tests places one by one, and finds its jurisdiction."""
    return Place(Always("place"), jurisdiction)


def at_least(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """Require ≥: the threshold itself is enough (达到, 以上)."""
    return Comparison(name, measured, "at_least", threshold, in_doubt)


def more_than(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """Require >: the threshold itself is not enough (超过)."""
    return Comparison(name, measured, "more_than", threshold, in_doubt)


def less_than(name: str, measured: Term, threshold: Term) -> Comparison:
    """Require <: a line that excludes whoever reaches it (低于, 不含)."""
    return Comparison(name, measured, "less_than", threshold)


def some(name: str, counted: Term, in_doubt: Column | None = None) -> Comparison:
    """Require at least one."""
    return Comparison(name, counted, "at_least", Whole(1), in_doubt)


def above_zero(name: str, figure: Term) -> Comparison:
    """Require a figure above zero, so that a share of it can be taken."""
    return Comparison(name, figure, "more_than", Whole(0))


def no_later_than(name: str, measured: Term, threshold: Term) -> Comparison:
    """Require a day on or before another."""
    return Comparison(name, measured, "at_most", threshold)


def by_year_end(name: str, measured: Term) -> Comparison:
    """Require a day on or before 31 December of the award year."""
    return Comparison(name, measured, "at_most", YearEnd())


def one_of(name: str, measured: Term, allowed: Parameter) -> Membership:
    """Require a code on a list of the policy."""
    return Membership(name, measured, allowed)


def holds(name: str, flag: Term) -> Holds:
    """Require a flag to be true."""
    return Holds(name, flag)


def on_record(name: str, text: Column) -> OnRecord:
    """Require a text on record; an empty one is undetermined."""
    return OnRecord(name, text)


def all_of(name: str, *conditions: Condition) -> Combination:
    """Require every one of the conditions."""
    return Combination(name, "all", conditions)


def any_of(name: str, *conditions: Condition) -> Combination:
    """Require at least one of the conditions."""
    return Combination(name, "any", conditions)


def within_validity(name: str, day: Term, *, by_end_of_year: bool = True) -> Combination:
    """Require a day within the policy's validity, and by 31 December of the award year."""
    until = (by_year_end(f"{name}-by-year-end", day),) if by_end_of_year else ()
    first = at_least(f"{name}-from-first-day", day, parameter("validity_first_day"))
    return Combination(
        name, "all", (first, no_later_than(f"{name}-to-last-day", day, InterpretedDay("validity_last_day")), *until)
    )


def amount_by_interpretation(interpretation: str, **options: Amount) -> Amount:
    """Return the amount that an interpretation chooses."""
    return choice(interpretation, options)


def column_by(interpretation: str, **options: Column) -> Column:
    """Return the column that an interpretation chooses."""
    return choice(interpretation, options)
