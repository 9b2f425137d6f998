"""Parameters: every number, day and list of a policy, dated, with unit and article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.eligibility.rules.text import Text
from shared.errors import InvalidValue
from shared.i18n import N_

Scalar = int | str | date
Value = int | str | date | tuple[int, ...] | tuple[str, ...]

#: Unit (translated in messages) → (largest value, factor to the unit of facts). Yuan are stored as fen, dollars as cents.
NUMBERS: Mapping[str, tuple[int, int]] = {
    N_("yuan"): ((2**53 - 1) // 100, 100),
    N_("US dollars"): ((2**53 - 1) // 100, 100),
    N_("basis points"): (100_000, 1),
    N_("enterprises"): (10**9, 1),
    N_("parcels/day"): (10**9, 1),
    N_("square metres"): (10**12, 1),
    N_("places"): (10**6, 1),
    N_("orders/month"): (10**9, 1),
    N_("instalments"): (10, 1),
    N_("years"): (100, 1),
    N_("year"): (2100, 1),
    N_("days/year"): (366, 1),
    N_("months"): (1200, 1),
}
#: Unit → smallest value, where that is not 0.
LEAST: Mapping[str, int] = {"instalments": 1, "places": 1, "year": 2000}
#: Denominator that a unit carries: a share in basis points is so many ten-thousandths.
DENOMINATORS: Mapping[str, int] = {"basis points": 10_000}
#: The words that rulebook and explanations use for a unit.
UNIT_WORDS: Mapping[str, Text] = {
    "yuan": Text("元", "yuan"),
    "US dollars": Text("美元", "US dollars"),
    "basis points": Text("个基点", "basis points"),
    "enterprises": Text("家", "enterprises"),
    "parcels/day": Text("件/日", "parcels a day"),
    "parcels": Text("件", "parcels"),
    "square metres": Text("平方米", "square metres"),
    "places": Text("名", "places"),
    "orders/month": Text("单/月", "orders a month"),
    "instalments": Text("期", "instalments"),
    "years": Text("年", "years"),
    "year": Text("年", ""),
    "days/year": Text("天/年", "days a year"),
    "months": Text("个月", "months"),
}


class ParameterError(InvalidValue):
    """An unknown parameter, or a value that it may not have; `parameter` is its name."""

    def __init__(self, message: str, /, parameter: str, **parameters: object) -> None:
        super().__init__(message, **parameters)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """One parameter with the day from which each value applies; values in the declared unit."""

    name: str
    article: int
    unit: str
    values: tuple[tuple[date, Value], ...]
    words: Text
    #: The smallest number it may be: 1 where something is divided by it.
    least: int = 0

    def changed(self, given: Any) -> ParameterValues:
        """Return the parameter with one value throughout, as a simulation sets it. Raises `ParameterError`."""
        first, official = self.values[0]
        return replace(self, values=((first, self._checked(given, official)),))

    def _checked(self, given: Any, official: Value) -> Value:
        if isinstance(official, tuple):
            if not isinstance(given, list | tuple) or not given:
                raise ParameterError("{name} must be a list that is not empty.", self.name, name=self.name)
            if self.unit in NUMBERS and len(given) != len(official):
                raise ParameterError(
                    "{name} must be a list of {count} numbers.", self.name, name=self.name, count=len(official)
                )
            items = [self._checked(item, official[0]) for item in given]
            if self.unit in NUMBERS and items != sorted(items):
                raise ParameterError("{name} must be a list in ascending order.", self.name, name=self.name)
            return tuple(items)  # type: ignore[return-value]
        if self.unit == "date":
            return self._checked_day(given)
        if self.unit == "codes":
            if not isinstance(given, str) or not given:
                raise ParameterError("{name} must hold codes, as text.", self.name, name=self.name)
            return given
        if isinstance(given, bool) or not isinstance(given, int) or not self.least <= given <= self.largest:
            raise ParameterError(
                "{name} must be a whole number from {least} to {largest}, in {unit}.",
                self.name,
                name=self.name,
                least=self.least,
                largest=self.largest,
                unit={"zh-CN": UNIT_WORDS[self.unit].zh, "en": self.unit},
            )
        return given

    def _checked_day(self, given: Any) -> date:
        if isinstance(given, date):
            return given
        try:
            day = date.fromisoformat(given)
        except (TypeError, ValueError):
            day = None
        if day is None or day.isoformat() != given:
            raise ParameterError("{name} must be a day, as YYYY-MM-DD.", self.name, name=self.name)
        return day

    @property
    def largest(self) -> int:
        """The largest number it may be."""
        return NUMBERS[self.unit][0]

    @property
    def denominator(self) -> int:
        """1, or 10,000 for a share in basis points."""
        return DENOMINATORS.get(self.unit, 1)

    @property
    def stored(self) -> tuple[tuple[date, Value], ...]:
        """The values in the unit that facts are stored in: fen for yuan, cents for dollars."""
        factor = NUMBERS[self.unit][1] if self.unit in NUMBERS else 1
        return tuple((day, _times(value, factor)) for day, value in self.values)

    def on(self, day: date | None) -> Value:
        """Return the value in force on a day, in stored units; days before the first value have the first."""
        stored = self.stored
        value = stored[0][1]
        for since, later in stored[1:]:
            if day is not None and since <= day:
                value = later
        return value

    def phrase(self, item: int | None = None) -> Text:
        """Return name and first value with its unit, for rulebook and explanations."""
        value = self.value_phrase(item)
        if self.unit in NUMBERS:
            return Text(f"{self.words.zh} {value.zh}", f"{self.words.en} {value.en}")
        return Text(f"{self.words.zh}（{value.zh}）", f"{self.words.en} ({value.en})")

    def value_phrase(self, item: int | None = None) -> Text:
        """Return the first value with its unit."""
        value = self.values[0][1]
        chosen = value[item] if item is not None and isinstance(value, tuple) else value
        values = chosen if isinstance(chosen, tuple) else (chosen,)
        zh, en = (mark.join(self._written(one) for one in values) for mark in ("、", ", "))
        if self.unit not in NUMBERS or self.unit == "basis points":
            return Text(zh, en)
        unit = UNIT_WORDS[self.unit]
        return Text(f"{zh} {unit.zh}", f"{en} {unit.en}".rstrip())

    def _written(self, value: Scalar) -> str:
        if not isinstance(value, int) or self.unit == "year":
            return str(value)
        if self.unit == "basis points":
            return f"{value // 100}%" if value % 100 == 0 else f"{value // 100}.{value % 100:02}%"
        return f"{value:,}"

    def document(self) -> dict[str, Any]:
        """Return the parameter as canonical data."""
        return {
            "article": self.article,
            "unit": self.unit,
            "values": {day.isoformat(): _plain(value) for day, value in self.values},
            "zh": self.words.zh,
            "en": self.words.en,
        }


def _times(value: Value, factor: int) -> Value:
    if factor == 1:
        return value
    if isinstance(value, tuple):
        return tuple(int(item) * factor for item in value)
    return int(value) * factor if isinstance(value, int) else value


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
