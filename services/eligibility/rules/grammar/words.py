"""The words that awards are written with."""

from __future__ import annotations

from dataclasses import replace

from services.eligibility.rules.grammar.amounts import Amount
from services.eligibility.rules.grammar.award import Place
from services.eligibility.rules.grammar.combinations import Always, Combination, condition_by
from services.eligibility.rules.grammar.comparisons import AtLeastOne, Comparison
from services.eligibility.rules.grammar.conditions import Condition, Holds, Membership, NamedList, OnRecord
from services.eligibility.rules.grammar.days import FIRST_DAY, LAST_DAY, YearEnd
from services.eligibility.rules.grammar.lookups import PAYEE_FORM, PAYEE_JURISDICTION
from services.eligibility.rules.grammar.nodes import choice
from services.eligibility.rules.grammar.rates import Whole
from services.eligibility.rules.grammar.terms import Column, Parameter, Term
from services.eligibility.rules.text import Text


def _with_cooperatives(forms: str) -> Parameter:
    options: dict[str, Parameter] = {"exclude": NamedList(forms), "include": NamedList(f"{forms}_and_cooperatives")}
    return choice("cooperatives", options)


#: Given to enterprises alone; whether individual businesses and farmers' cooperatives are some depends on interpretations.
ENTERPRISES = Membership(
    "legal-form",
    PAYEE_FORM,
    choice(
        "individual_businesses",
        {
            "exclude": _with_cooperatives("enterprise_forms"),
            "include": _with_cooperatives("enterprise_forms_with_individuals"),
        },
    ),
)
#: Given to any form but government bodies.
NOT_GOVERNMENT = Membership("not-government", PAYEE_FORM, Parameter("forms_but_government"))
#: Given to units of any form.
ANY_FORM = None


def in_area(name: str, jurisdiction: Column) -> Membership:
    """Require a place within the area covered."""
    return Membership(name, jurisdiction, Parameter("covered_jurisdictions"))


#: The payee is in the area on the case's day, and sets the jurisdiction.
AT_PAYEE = Place(in_area("place", PAYEE_JURISDICTION), PAYEE_JURISDICTION)


def at_project(jurisdiction: Column) -> Place:
    """Return the place of a project: by `project_place` its own place, the payee's, or both; its own sets the jurisdiction."""
    return place_by("project_place", jurisdiction, own="project", payee="payee", both="both")


def place_by(interpretation: str, jurisdiction: Column, *, own: str, payee: str, both: str) -> Place:
    """Return the place of something that has one beside its payee; an interpretation has values for either and for both."""
    of_payee, of_itself = in_area("place", PAYEE_JURISDICTION), in_area("place", jurisdiction)
    parts = replace(of_payee, name="payee-place"), replace(of_itself, name="project-place")
    conditions = {own: of_itself, payee: of_payee, both: Combination("place", "all", parts)}
    return Place(
        condition_by(interpretation, "place", **conditions),
        choice(interpretation, {own: jurisdiction, payee: PAYEE_JURISDICTION, both: jurisdiction}),
    )


def place_by_measure(jurisdiction: Column, tested: Text) -> Place:
    """Return the place of an award whose measure tests places, in `tested` words, and finds its jurisdiction."""
    return Place(Always("place", tested), jurisdiction)


def at_least(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """Require ≥: the threshold itself is enough (达到, 以上)."""
    return Comparison(name, measured, "at_least", threshold, in_doubt)


def more_than(name: str, measured: Term, threshold: Term, in_doubt: Column | None = None) -> Comparison:
    """Require >: the threshold itself is not enough (超过)."""
    return Comparison(name, measured, "more_than", threshold, in_doubt)


def less_than(name: str, measured: Term, threshold: Term) -> Comparison:
    """Require <: a line that excludes whoever reaches it (低于, 不含)."""
    return Comparison(name, measured, "less_than", threshold)


def some(name: str, counted: Term, in_doubt: Column | None = None) -> AtLeastOne:
    """Require at least one."""
    return AtLeastOne(name, counted, "at_least", Whole(1), in_doubt)


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
    first = at_least(f"{name}-from-first-day", day, FIRST_DAY)
    return Combination(name, "all", (first, no_later_than(f"{name}-to-last-day", day, LAST_DAY), *until))


def amount_by_interpretation(interpretation: str, **options: Amount) -> Amount:
    """Return the amount that an interpretation chooses."""
    return choice(interpretation, options)


def column_by(interpretation: str, **options: Column) -> Column:
    """Return the column that an interpretation chooses."""
    return choice(interpretation, options)
