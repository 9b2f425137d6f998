"""What a rule depends on besides facts: the parameters, the interpretations and the decision day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from services.eligibility.rules.parameters import ParameterValues, Value

#: A case with its columns by name.
Row = Mapping[str, Any]
#: Largest magnitude that fits a 64-bit integer; above it plans compute in 128 bits.
INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class RuleContext:
    """Everything that a rule depends on besides facts.

    `decided_on` decides what has happened. `first_decided_on` is the decision day of the award's first version, which later
    versions keep for what depends on that day alone: whether the payee has a clean record. Contexts are equal if they have the
    same parameters, not merely equal ones, and the same interpretations and days; so expressions can be kept by context.
    """

    parameters: Mapping[str, ParameterValues]
    interpretations: Mapping[str, str]
    decided_on: date
    first_decided_on: date

    def __eq__(self, other: object) -> bool:
        """Compare parameters by identity, the rest by value."""
        return isinstance(other, RuleContext) and (
            self.parameters is other.parameters
            and (self.decided_on, self.first_decided_on) == (other.decided_on, other.first_decided_on)
            and (self.interpretations is other.interpretations or self.interpretations == other.interpretations)
        )

    def __hash__(self) -> int:
        """Hash what is compared, except the interpretations, which are hardly ever all that differs."""
        return hash((id(self.parameters), self.decided_on, self.first_decided_on))

    @property
    def first_day(self) -> date:
        """The first day of validity."""
        return date.fromisoformat(self.interpretation("validity_first_day"))

    @property
    def last_day(self) -> date:
        """The last day of validity: the anniversary of the first day, or the day before."""
        anniversary = years_later(self.first_day, self.parameter("validity_years"))
        return anniversary - timedelta(days=self.interpretation("validity_last_day") == "day_before")

    def interpretation(self, name: str) -> str:
        """Return the value of an interpretation."""
        return self.interpretations[name]

    def parameter(self, name: str) -> Any:
        """Return the first value of a parameter, in stored units."""
        return self.parameters[name].on(None)

    def largest(self, name: str) -> int:
        """Return the largest number that the parameter ever holds, in stored units."""
        return max(_magnitude(value) for _, value in self.parameters[name].stored)

    def dated(self, name: str, item: int | None = None) -> pl.Expr:
        """Return the parameter as a column: for each case the value in force on its `day`."""
        versions = [(since, _item(value, item)) for since, value in self.parameters[name].stored]
        expression = pl.lit(versions[0][1])
        for since, value in versions[1:]:
            expression = pl.when(pl.col("day") >= since).then(pl.lit(value)).otherwise(expression)
        return expression if isinstance(versions[0][1], str | date) else expression.cast(pl.Int64)


def years_later(day: date, years: int) -> date:
    """Return the same calendar day some years later, earlier if below zero; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _item(value: Value, item: int | None) -> Any:
    if item is None or not isinstance(value, tuple):
        return value
    return value[item]


def _magnitude(value: Value) -> int:
    if isinstance(value, tuple):
        return max(_magnitude(item) for item in value)
    return abs(value) if isinstance(value, int) else 0
