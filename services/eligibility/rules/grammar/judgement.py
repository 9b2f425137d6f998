"""One condition on one case, with its figures: what an explanation shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.text import Text

#: Comparison → how it is written and said.
COMPARISONS: Mapping[str, tuple[str, Text]] = {
    "at_least": ("≥", Text("达到", "at least")),
    "more_than": (">", Text("超过", "more than")),
    "at_most": ("≤", Text("不超过", "at most")),
    "before": ("<", Text("早于", "before")),
    "within": ("∈", Text("在范围内", "within")),
    "one_of": ("∈", Text("属于", "one of")),
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
        """The value for a document: whole numbers as numbers, fractions as exact decimals in text, days as ISO."""
        value = self.value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, tuple | list):
            return [Figure(item, self.unit, self.denominator).plain() for item in value]
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        if self.denominator == 1:
            # Sums beyond what JSON readers keep exactly are written out as text.
            return value if abs(value) <= LARGEST else str(value)
        whole, rest = divmod(value, self.denominator)
        if rest == 0:
            return whole
        # Denominators are powers of ten (basis points), so the decimal ends.
        digits = str(rest).rjust(len(str(self.denominator)) - 1, "0").rstrip("0")
        return f"{whole}.{digits}"

    def document(self) -> dict[str, Any]:
        """Value and unit."""
        return {"value": self.plain(), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A condition's result: True met, False failed, None undetermined."""

    name: str
    article: str
    words: Text
    comparison: str
    met: bool | None
    measured: Figure | None = None
    threshold: Figure | None = None
    in_doubt: Figure | None = None
    short_by: Figure | None = None
    readings: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    within: tuple[Judgement, ...] = field(default=())

    @property
    def result(self) -> str:
        """`met`, `failed` or `undetermined`."""
        return "undetermined" if self.met is None else "met" if self.met else "failed"

    def as_dict(self, language: str) -> dict[str, Any]:
        """The judgement as a document in one language."""
        sign, said = COMPARISONS[self.comparison]
        document: dict[str, Any] = {
            "name": self.name,
            "article": self.article,
            "title": self.words.within(language),
            "comparison": {"code": self.comparison, "sign": sign, "title": said.within(language)},
            "result": self.result,
            "readings": dict(self.readings),
        }
        for key in ("measured", "threshold", "in_doubt", "short_by"):
            figure: Figure | None = getattr(self, key)
            if figure is not None:
                document[key] = figure.document()
        if self.missing:
            document["missing"] = list(self.missing)
        if self.within:
            document["within"] = [judgement.as_dict(language) for judgement in self.within]
        return document


def all_of(results: list[bool | None]) -> bool | None:
    """Kleene and: a failure beats the unknown."""
    if any(result is False for result in results):
        return False
    return None if any(result is None for result in results) else True


def any_of(results: list[bool | None]) -> bool | None:
    """Kleene or: what is met beats the unknown."""
    if any(result is True for result in results):
        return True
    return None if any(result is None for result in results) else False
