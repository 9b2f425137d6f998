"""What a rule is read with: the parameters, the readings and the decision day. Facts are never part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.rules.parameters import ParameterValues, Value

#: Largest magnitude that fits a 64-bit integer; above it plans compute in 128 bits.
INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RuleContext:
    """Everything a rule depends on besides facts.

    `decided_on` says what has happened by then. `first_decided_on` is the decision day of the award's first version,
    which a later version keeps for what depends on that day alone: whether the payee's record is clean.
    """

    parameters: Mapping[str, ParameterValues]
    readings: Mapping[str, str]
    decided_on: date
    first_decided_on: date

    def reading(self, name: str) -> str:
        """The value chosen for a reading."""
        return self.readings[name]

    def parameter(self, name: str, day: date | None = None) -> Any:
        """A parameter's value in kept units on a day (without one: its first value)."""
        return self.parameters[name].on(day)

    def largest(self, name: str) -> int:
        """The largest number that the parameter ever holds, in kept units."""
        return max(_magnitude(value) for _, value in self.parameters[name].kept)

    def dated(self, name: str, item: int | None = None) -> pl.Expr:
        """The parameter as a column: for each case the value in force on its `day`."""
        versions = [(since, _item(value, item)) for since, value in self.parameters[name].kept]
        expression = pl.lit(versions[0][1])
        for since, value in versions[1:]:
            expression = pl.when(pl.col("day") >= since).then(pl.lit(value)).otherwise(expression)
        return expression if isinstance(versions[0][1], str | date) else expression.cast(pl.Int64)


def _item(value: Value, item: int | None) -> Any:
    if item is None or not isinstance(value, tuple):
        return value
    return value[item]


def _magnitude(value: Value) -> int:
    if isinstance(value, tuple):
        return max(_magnitude(item) for item in value)
    return abs(value) if isinstance(value, int) else 0
