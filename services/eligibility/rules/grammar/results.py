"""What an explanation shows: figures, the results of conditions, and the steps of an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.text import Text

#: A case with its columns by name.
Row = Mapping[str, Any]

#: Comparison → its sign and its name.
COMPARISONS: Mapping[str, tuple[str, Text]] = {
    "at_least": ("≥", Text("达到", "at least")),
    "more_than": (">", Text("超过", "more than")),
    "less_than": ("<", Text("低于", "less than")),
    "at_most": ("≤", Text("不超过", "at most")),
    "before": ("<", Text("早于", "before")),
    "one_of": ("∈", Text("属于", "one of")),
    "among_first": ("≤", Text("居前", "among the first")),
    "is": ("=", Text("为是", "holds")),
    "present": ("≠ ∅", Text("已登记", "on record")),
    "any": ("∨", Text("满足其一", "any of")),
    "all": ("∧", Text("全部满足", "all of")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit; a number is exact, over `denominator`. None is unknown."""

    value: Any
    unit: str = ""
    denominator: int = 1

    def plain(self) -> Any:
        """Return the value for a document: whole numbers as numbers, fractions as exact decimals in text, days as ISO."""
        value = self.value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, tuple | list):
            return [Figure(item, self.unit, self.denominator).plain() for item in value]
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        if self.denominator == 1:
            # JSON readers do not keep larger numbers exactly: those are written as text.
            return value if abs(value) <= LARGEST else str(value)
        whole, rest = divmod(value, self.denominator)
        if rest == 0:
            return whole
        # Denominators are powers of ten (basis points), so the decimal ends.
        digits = str(rest).rjust(len(str(self.denominator)) - 1, "0").rstrip("0")
        return f"{whole}.{digits}"

    def document(self) -> dict[str, Any]:
        """Return value and unit."""
        return {"value": self.plain(), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """A condition's result on one case, with its figures: True met, False failed, None undetermined."""

    name: str
    article: str
    words: Text
    comparison: str
    met: bool | None
    measured: Figure | None = None
    threshold: Figure | None = None
    in_doubt: Figure | None = None
    short_by: Figure | None = None
    ahead: Figure | None = None
    last_in: Figure | None = None
    interpretations: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    within: tuple[ConditionResult, ...] = ()

    @property
    def result(self) -> str:
        """Return `met`, `failed` or `undetermined`."""
        return "undetermined" if self.met is None else "met" if self.met else "failed"

    @property
    def near_misses(self) -> tuple[ConditionResult, ...]:
        """Return the failed conditions within a failed one, or itself, that say by how much they are short."""
        if self.met is not False:
            return ()
        if not self.within:
            return () if self.short_by is None else (self,)
        return tuple(leaf for part in self.within for leaf in part.near_misses)

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the result as a document in one language."""
        sign, title = COMPARISONS[self.comparison]
        document: dict[str, Any] = {
            "name": self.name,
            "article": self.article,
            "title": self.words.within(language),
            "comparison": {"code": self.comparison, "sign": sign, "title": title.within(language)},
            "result": self.result,
            "readings": dict(self.interpretations),
        }
        for key in ("measured", "threshold", "in_doubt", "short_by", "ahead", "last_in"):
            figure: Figure | None = getattr(self, key)
            if figure is not None:
                document[key] = figure.document()
        if self.missing:
            document["missing"] = list(self.missing)
        if self.within:
            document["within"] = [part.as_dict(language) for part in self.within]
        return document


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the calculation of an amount."""

    name: str
    words: Text
    figure: Figure

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the step as a document in one language."""
        return {"name": self.name, "title": self.words.within(language), **self.figure.document()}
