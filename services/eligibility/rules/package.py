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
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.nodes import Choice
from services.eligibility.rules.grammar.ranks import AmongFirst
from services.eligibility.rules.grammar.terms import Parameter
from services.eligibility.rules.parameters import LEAST, NUMBERS, ParameterValues, Value
from services.eligibility.rules.text import Text
from shared.policies import POLICIES

#: Why a sentence needs no award code.
REASONS = ("referral", "encouragement", "procurement", "supervision")
CLAIMS = ("computed", "in_kind", *REASONS)
#: Parameters that the engine needs of every package.
EXPECTED = (
    "first_award_year",
    "last_award_year",
    "validity_years",
    "covered_jurisdictions",
    "integrity_lookback_years",
)
#: Interpretations that the engine needs of every package.
EXPECTED_INTERPRETATIONS = ("validity_first_day", "validity_last_day", "integrity_screen", "credit_repair", "overlap")


class PackageError(ValueError):
    """A package that contradicts itself: the message names the file and the entry."""


def read_package(module: ModuleType) -> Policy:
    """Read a package into a policy. Raises `PackageError` where awards, numbers, interpretations and words do not agree."""
    folder = Path(str(module.__file__)).parent
    words = _yaml(folder, "words.yaml")
    parameters = {name: _parameter(name, entry) for name, entry in _yaml(folder, "parameters.yaml").items()}
    interpretations = {
        name: _interpretation(name, entry) for name, entry in _yaml(folder, "interpretations.yaml").items()
    }
    awards = _awards(module)
    policy = Policy(
        code=words["policy"]["code"],
        title=_text(words["policy"]["title"]),
        awards=awards,
        parameters=MappingProxyType(parameters),
        interpretations=MappingProxyType(interpretations),
        coverage=tuple(_coverage(entry, awards) for entry in _yaml(folder, "coverage.yaml")),
        award_titles=MappingProxyType({award: Text(*title) for award, title in _titles(words).items()}),
        condition_words=MappingProxyType(
            {**SHARED_WORDS, **{name: _text(names) for name, names in words["conditions"].items()}}
        ),
    )
    _check(policy)
    return policy


def _titles(words: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """Return the titles in the policy's outline; a package that no outline is for has its own."""
    outline = POLICIES.get(words["policy"]["code"])
    return outline.titles if outline else words["awards"]


def _awards(module: ModuleType) -> tuple[Award, ...]:
    """Return the awards that the package lists, in its order."""
    package = importlib.import_module(f"{module.__name__}.awards")
    listed: tuple[Award, ...] = package.AWARDS
    return listed


def _check(policy: Policy) -> None:
    for file, names, known in (
        ("parameters.yaml", EXPECTED, policy.parameters),
        ("interpretations.yaml", EXPECTED_INTERPRETATIONS, policy.interpretations),
    ):
        for name in names:
            if name not in known:
                raise PackageError(f"{file} lacks {name}")
    for award in policy.awards:
        _check_award(policy, award)
    _check_coverage(policy)


def _check_award(policy: Policy, award: Award) -> None:
    nodes = [*award.walk()]
    if award.ranked:
        _check_ranks(award)
    parameters = {node.name for node in nodes if isinstance(node, Parameter)}
    parameters |= {name for measure in award.measures for name in measure.parameters}
    for file, needed, known in (
        ("words.yaml", {award.code}, set(policy.award_titles)),
        ("parameters.yaml", parameters, set(policy.parameters)),
        ("words.yaml", {node.name for node in nodes if isinstance(node, Condition)}, set(policy.condition_words)),
        ("interpretations.yaml", award.interpretation_names(), set(policy.interpretations)),
    ):
        if needed - known:
            raise PackageError(f"{file} lacks {', '.join(sorted(needed - known))}, which {award.code} needs")


def _check_ranks(award: Award) -> None:
    ranks = [condition for condition in award.when if any(isinstance(node, AmongFirst) for node in condition.walk())]
    joined = any(not isinstance(rank, AmongFirst | Choice) for rank in ranks)
    if joined or len(ranks) > 1 or not award.about.is_yearly:
        raise PackageError(f"{award.code}: one condition of an award about years may be a rank, not joined with others")


def _check_coverage(policy: Policy) -> None:
    codes = {award.code for award in policy.awards}
    for line in policy.coverage:
        at = f"coverage.yaml: article {line.article} paragraph {line.paragraph} sentence {line.sentence}"
        if line.claimed_as not in CLAIMS or set(line.awards) - codes:
            raise PackageError(f"{at}: unknown claim or award")
        if bool(line.awards) == (line.claimed_as in REASONS):
            raise PackageError(f"{at}: name awards, or a reason for having none, and not both")
    claimed = {(line.article, line.paragraph, line.sentence, code) for line in policy.coverage for code in line.awards}
    for award in policy.awards:
        article = award.article
        if (str(article.number), article.paragraph, article.sentence, award.code) not in claimed:
            raise PackageError(f"coverage.yaml does not claim {article.cited} for {award.code}")


def _yaml(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def _text(words: Mapping[str, str] | list[str]) -> Text:
    return Text(*words) if isinstance(words, list) else Text(words["zh"], words["en"])


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


def _interpretation(name: str, entry: Mapping[str, Any]) -> Interpretation:
    values = {value: _text(words) for value, words in entry["values"].items()}
    if any(not isinstance(value, str) for value in values):
        raise PackageError(f"interpretations.yaml: quote the values of {name}")
    reason, against = (_text(entry.get(note, ["", ""])) for note in ("reason", "against"))
    former = MappingProxyType(entry.get("former_values", {}))
    return Interpretation(
        name, entry["article"], _text(entry["words"]), MappingProxyType(values), reason, against, former
    )


def _coverage(entry: Mapping[str, Any], awards: tuple[Award, ...]) -> CoverageLine:
    article, paragraph, sentence = entry["at"]
    claimed = entry.get("awards", ())
    codes = tuple(award.code for award in awards) if claimed == "all" else tuple(claimed)
    return CoverageLine(article, paragraph, sentence, entry["as"], codes, Text(entry["zh"], entry["en"]))
