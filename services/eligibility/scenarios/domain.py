"""A scenario: the question what awards would be under other interpretations, parameters or facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from services.eligibility.interpretations.domain import check_years, policy_in_body
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.parameters import ParameterError
from shared.errors import FieldError, Invalid

RowsByDataset = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows, or keys of rows, by dataset, as JSON gives them."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A policy on a day, with other interpretations, parameters or facts than today's."""

    policy: str
    award_years: Sequence[int]
    decided_on: date
    facts: RowsByDataset
    interpretations: Mapping[str, str]
    parameters: Mapping[str, Any]
    facts_revision: int | None = None
    """The registry's revision to start from; None: the newest."""

    @classmethod
    def of(cls, job_input: Mapping[str, Any]) -> Scenario:
        """Return the scenario that a job's input describes."""
        return cls(**{**job_input, "decided_on": date.fromisoformat(job_input["decided_on"])})

    def job_input(self) -> dict[str, Any]:
        """Return the scenario as the input of a job."""
        return asdict(self) | {"decided_on": self.decided_on.isoformat()}

    def changed_policy(self) -> Policy:
        """Return the policy with the scenario's parameters; raises Invalid for a name, value or award year that cannot be."""
        policy = policy_in_body(self.policy)
        if self.parameters:
            try:
                policy = policy.with_parameters(self.parameters)
            except ParameterError as error:
                pointer = f"/parameters/{error.parameter}"
                raise Invalid(errors=[FieldError(pointer, "parameter", error.message, **error.parameters)]) from error
        check_years(policy, self.award_years)
        return policy
