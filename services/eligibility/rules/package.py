"""Reading a policy package: a folder with `awards/`, `parameters.yaml`, `interpretations.yaml`, `coverage.yaml`, `words.yaml`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import yaml

from services.eligibility.rules.domain import CoverageLine, Interpretation, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import SHARED_WORDS
from services.eligibility.rules.grammar.terms import Parameter
from services.eligibility.rules.parameters import LEAST, NUMBERS, ParameterValues, Value
from services.eligibility.rules.text import Text

#: Why a sentence needs no award code.
EXCUSES = ("referral", "encouragement", "procurement", "supervision")
CLAIMS = ("computed", "in_kind", *EXCUSES)
#: Parameters that the engine asks of every package.
EXPECTED = (
    "first_award_year",
    "last_award_year",
    "validity_first_day",
    "covered_jurisdictions",
    "integrity_lookback_years",
)
#: Readings that the engine asks of every package.
EXPECTED_READINGS = ("validity_last_day", "integrity_screen")


class PackageError(ValueError):
    """A package that contradicts itself: the message names the file and the entry."""


def read_package(module: ModuleType) -> Policy:
    """Read a package into a book. Raises `PackageError` where awards, numbers, readings and words do not agree."""
    folder = Path(str(module.__file__)).parent
    words = _yaml(folder, "words.yaml")
    parameters = {name: _parameter(name, entry) for name, entry in _yaml(folder, "parameters.yaml").items()}
    readings = {name: _reading(name, entry) for name, entry in _yaml(folder, "interpretations.yaml").items()}
    awards = _awards(module)
    book = Policy(
        code=words["policy"]["code"],
        title=_text(words["policy"]["title"]),
        awards=awards,
        parameters=MappingProxyType(parameters),
        readings=MappingProxyType(readings),
        coverage=tuple(_coverage(entry, awards) for entry in _yaml(folder, "coverage.yaml")),
        award_titles=MappingProxyType({code: _text(said) for code, said in words["awards"].items()}),
        condition_words=MappingProxyType(
            {**SHARED_WORDS, **{name: _text(said) for name, said in words["conditions"].items()}}
        ),
    )
    _check(book)
    return book


def _awards(module: ModuleType) -> tuple[Award, ...]:
    """The awards that the package lists, in its order."""
    package = importlib.import_module(f"{module.__name__}.awards")
    listed: tuple[Award, ...] = package.AWARDS
    return listed


def _check(book: Policy) -> None:
    for file, names, known in (
        ("parameters.yaml", EXPECTED, book.parameters),
        ("interpretations.yaml", EXPECTED_READINGS, book.readings),
    ):
        for name in names:
            if name not in known:
                raise PackageError(f"{file} lacks {name}")
    for award in book.awards:
        _check_award(book, award)
    _check_coverage(book)


def _check_award(book: Policy, award: Award) -> None:
    named = {term.name for term in award.every_term() if isinstance(term, Parameter)}
    named |= {name for found in award.measures() for name in found.parameters}
    for file, wanted, known in (
        ("words.yaml", {award.code}, set(book.award_titles)),
        ("parameters.yaml", named, set(book.parameters)),
        ("words.yaml", {condition.name for condition in award.every_condition()}, set(book.condition_words)),
        ("interpretations.yaml", set(award.reading_names()), set(book.readings)),
    ):
        if wanted - known:
            raise PackageError(f"{file} lacks {', '.join(sorted(wanted - known))}, which {award.code} needs")


def _check_coverage(book: Policy) -> None:
    codes = {award.code for award in book.awards}
    for line in book.coverage:
        at = f"coverage.yaml: article {line.article} paragraph {line.paragraph} sentence {line.sentence}"
        if line.claimed_as not in CLAIMS or set(line.awards) - codes:
            raise PackageError(f"{at}: unknown claim or award")
        if bool(line.awards) == (line.claimed_as in EXCUSES):
            raise PackageError(f"{at}: claimed by awards, or excused, and not both")
    claimed = {(line.article, line.paragraph, line.sentence, code) for line in book.coverage for code in line.awards}
    for award in book.awards:
        article = award.article
        if (str(article.number), article.paragraph, article.sentence, award.code) not in claimed:
            raise PackageError(f"coverage.yaml does not claim {article.cited} for {award.code}")


def _yaml(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def _text(said: Mapping[str, str] | list[str]) -> Text:
    if isinstance(said, list):
        return Text(*said)
    return Text(said["zh"], said["en"])


def _parameter(name: str, entry: Mapping[str, Any]) -> ParameterValues:
    unit = entry["unit"]
    if unit not in NUMBERS and unit not in ("date", "codes"):
        raise PackageError(f"parameters.yaml: {name} has unknown unit {unit!r}")
    values = tuple(sorted((_day(name, day), _value(value)) for day, value in entry["values"].items()))
    least = entry.get("least", LEAST.get(unit, 0))
    return ParameterValues(name, entry["article"], unit, values, _text(entry["words"]), least)


def _day(name: str, day: Any) -> date:
    if not isinstance(day, date):
        raise PackageError(f"parameters.yaml: {name} has a value without a day")
    return day


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _reading(name: str, entry: Mapping[str, Any]) -> Interpretation:
    values = {value: _text(said) for value, said in entry["values"].items()}
    if any(not isinstance(value, str) for value in values):
        raise PackageError(f"interpretations.yaml: quote the values of {name}")
    return Interpretation(name, entry["article"], _text(entry["words"]), MappingProxyType(values))


def _coverage(entry: Mapping[str, Any], awards: tuple[Award, ...]) -> CoverageLine:
    article, paragraph, sentence = entry["at"]
    claimed = entry.get("awards", ())
    codes = tuple(award.code for award in awards) if claimed == "all" else tuple(claimed)
    return CoverageLine(article, paragraph, sentence, entry["as"], codes, Text(entry["zh"], entry["en"]))
