"""What an explanation shows: figures, the results of conditions, and the steps of an amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.basis import Basis, Sentence
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.text import NOTHING, Text

#: Comparison → its sign and its name.
COMPARISONS: Mapping[str, tuple[str, Text]] = {
    "at_least": ("≥", Text("达到", "at least")),
    "more_than": (">", Text("超过", "more than")),
    "less_than": ("<", Text("低于", "less than")),
    "at_most": ("≤", Text("不超过", "at most")),
    "before": ("<", Text("早于", "before")),
    "one_of": ("∈", Text("属于", "one of")),
    "among_first": ("≤", Text("居前", "among the first")),
    "is": ("=", Text("符合", "holds")),
    "present": ("≠ ∅", Text("已登记", "on record")),
    "any": ("∨", Text("满足其一", "any of")),
    "all": ("∧", Text("全部满足", "all of")),
}


MET: Mapping[bool, Text] = {True: Text("符合", "yes"), False: Text("不符合", "no")}
#: Unit → its words, and how many of it are one.
UNITS: Mapping[str, Text] = {
    "days": Text("天", "days"),
    "years": Text("年", "years"),
    "square_metres": Text("平方米", "square metres"),
}
SCALES: Mapping[str, int] = {"millionths": 1_000_000}
#: Unit → its words for one.
ONE: Mapping[str, Text] = {
    "days": Text("天", "day"),
    "years": Text("年", "year"),
    "square_metres": Text("平方米", "square metre"),
}
#: The denominator of a share.
BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row of the registry that was read; who recorded it, and when, is known to the registry alone."""

    dataset: str
    title: Text
    key: Mapping[str, Any]
    text: Text

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the row as a document in one language, its provenance empty."""
        key = {name: Figure(value).plain() for name, value in self.key.items()}
        return {
            "dataset": self.dataset,
            "title": self.title.within(language),
            "key": key,
            "text": self.text.within(language),
            "source": None,
            "recorded_on": None,
            "revision": None,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit; a number is exact, over `denominator`. None is unknown."""

    value: Any
    unit: str = ""
    denominator: int = 1
    #: The words of the codes that the value may be.
    codes: Mapping[str, Text] = field(default_factory=dict)
    #: What is counted, in words.
    counted: Text = NOTHING
    #: The value in words, where more has to be said than number and unit.
    words: Text = NOTHING

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

    @property
    def text(self) -> Text:
        """The value in words, with its unit."""
        value = self.value
        if self.words != NOTHING:
            return self.words
        if isinstance(value, tuple | list):
            return wording.listed(
                [Figure(each, self.unit, self.denominator, self.codes, self.counted).text for each in value]
            )
        if value is None or isinstance(value, bool):
            return wording.unknown() if value is None else MET[value]
        if isinstance(value, int):
            return self._number(value)
        return (
            wording.day(value) if isinstance(value, date) else self.codes.get(str(value), Text(str(value), str(value)))
        )

    @property
    def exact(self) -> Fraction:
        """The number that a known figure is."""
        return Fraction(self.value, self.denominator)

    def _number(self, value: int) -> Text:
        if self.unit == "year":
            return Text(f"{value} 年", str(value))
        if self.unit == "fen":
            return wording.yuan(value if self.denominator == 1 else self.exact)
        exact = self.exact / SCALES.get(self.unit, 1)
        if self.unit == "usd_cents":
            return wording.dollars(exact)
        if self.unit == "basis_points":
            return wording.percent(exact / BASIS_POINTS)
        if self.denominator == BASIS_POINTS and not self.unit:
            return wording.percent(exact)
        unit = (ONE if exact == 1 else {}).get(self.unit) or UNITS.get(self.unit, self.counted)
        return wording.with_unit(wording.number(exact, wording.MOST_DECIMALS), unit)

    def document(self, language: str) -> dict[str, Any]:
        """Return value and unit, and the value in words."""
        return {"value": self.plain(), "unit": self.unit, "text": self.text.within(language)}


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """A condition's result on one case, with its figures: True met, False failed, None undetermined."""

    name: str
    basis: Basis
    words: Text
    comparison: str
    met: bool | None
    sentence: Text
    facts: tuple[FactRow, ...] = ()
    would_take: Text | None = None
    measured: Figure | None = None
    threshold: Figure | None = None
    in_doubt: Figure | None = None
    short_by: Figure | None = None
    ahead: Figure | None = None
    last_in: Figure | None = None
    interpretations: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    #: The years that missing facts are of, where they are not of the case's own.
    missing_years: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
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

    def rows_read(self) -> Iterator[FactRow]:
        """Yield the rows that it, and what is within it, was tested on."""
        yield from self.facts
        for part in self.within:
            yield from part.rows_read()

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the result as a document in one language."""
        sign, title = COMPARISONS[self.comparison]
        document: dict[str, Any] = {
            "name": self.name,
            "article": self.basis.cited.within(language) if isinstance(self.basis, Sentence) else None,
            "basis": self.basis.as_dict(language),
            "title": self.words.within(language),
            "comparison": {"code": self.comparison, "sign": sign, "title": title.within(language)},
            "result": self.result,
            "sentence": self.sentence.within(language),
            "would_take": None if self.would_take is None else self.would_take.within(language),
            "readings": dict(self.interpretations),
            "facts": [row.as_dict(language) for row in self.facts],
        }
        for key in ("measured", "threshold", "in_doubt", "short_by", "ahead", "last_in"):
            figure: Figure | None = getattr(self, key)
            if figure is not None:
                document[key] = figure.document(language)
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
    sentence: Text
    #: Set once the award is known.
    basis: Basis | None = None

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the step as a document in one language."""
        return {
            "name": self.name,
            "title": self.words.within(language),
            "sentence": self.sentence.within(language),
            "basis": None if self.basis is None else self.basis.as_dict(language),
            **self.figure.document(language),
        }
