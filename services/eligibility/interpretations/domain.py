"""The policy, award years and interpretations that a request names, checked against what exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.eligibility.rules.domain import InterpretationError, Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.errors import FieldError, Invalid, NotFound
from shared.policies import POLICIES


def policy_in_body(code: str) -> Policy:
    """Return the policy that a request's body names; raises Invalid."""
    if code not in POLICIES:
        known = ", ".join(POLICIES)
        raise Invalid(
            errors=[FieldError("/policy", "policy", "There is no such policy. Policies: {known}.", known=known)]
        )
    return load_policy(code)


def policy_in_path(code: str) -> Policy:
    """Return the policy that a path names; raises NotFound."""
    if code not in POLICIES:
        raise NotFound("There is no such policy. Policies: {known}.", known=", ".join(POLICIES))
    return load_policy(code)


def check_years(policy: Policy, award_years: Sequence[int]) -> None:
    """Raise Invalid for award years that no case of the policy can have."""
    years = policy.possible_years
    errors = [
        FieldError(
            f"/award_years/{place}", "award-year", "Award years are {first}-{last}.", first=years[0], last=years[-1]
        )
        for place, year in enumerate(award_years)
        if year not in years
    ]
    if errors:
        raise Invalid(errors=errors)


def with_changes(interpretations: Interpretations, changes: Mapping[str, str]) -> Interpretations:
    """Return `interpretations` with `changes`; raises Invalid, which lists every mistake with the names or values allowed."""
    errors = []
    for name, value in changes.items():
        try:
            interpretations = interpretations.with_changes({name: value})
        except InterpretationError as error:
            pointer = f"/interpretations/{error.interpretation}"
            errors.append(FieldError(pointer, "interpretation", error.message, **error.parameters))
    if errors:
        raise Invalid(errors=errors)
    return interpretations
