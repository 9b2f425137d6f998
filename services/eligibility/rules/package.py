"""Reading a policy package: a folder with `awards/`, `parameters.yaml`, `interpretations.yaml`, `words.yaml`, `offices.yaml`, and
what rules rest on: the document's own sentences in `source.yaml`, `coverage.yaml` and `criteria.yaml`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import yaml

from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.rules.basis import Criterion, Sentence
from services.eligibility.rules.domain import CoverageLine, Interpretation, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import SAID_BY_AWARD, SHARED_WORDS, every_condition
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.nodes import Choice
from services.eligibility.rules.grammar.ranks import AmongFirst
from services.eligibility.rules.grammar.terms import Parameter
from services.eligibility.rules.offices import Offices
from services.eligibility.rules.parameters import LEAST, NUMBERS, ParameterValues, Value
from services.eligibility.rules.text import Text
from shared.offices import office_of

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
    source = _yaml(folder, "source.yaml")
    sentences = source["sentences"]
    coverage = tuple(_coverage(entry, awards, sentences) for entry in _yaml(folder, "coverage.yaml"))
    if [line.source.code for line in coverage] != list(sentences):
        raise PackageError("coverage.yaml and source.yaml do not name the same sentences in the same order")
    policy = Policy(
        code=words["policy"]["code"],
        title=_text(words["policy"]["title"]),
        awards=awards,
        parameters=MappingProxyType(parameters),
        interpretations=MappingProxyType(interpretations),
        coverage=coverage,
        criteria=tuple(_criterion(code, entry) for code, entry in _yaml(folder, "criteria.yaml").items()),
        source_title=source["title"],
        source_number=source["number"],
        offices=_offices(words["policy"]["code"], _yaml(folder, "offices.yaml")),
        award_titles=_texts(_yaml(folder, "outline.yaml")["titles"]),
        recipients=_texts(words["recipients"]),
        condition_words=MappingProxyType({**SHARED_WORDS, **_texts(words["conditions"])}),
        hints=_texts(words.get("hints", {})),
    )
    _check(policy)
    return policy


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
    if set(policy.hints) - set(policy.condition_words):
        unknown = ", ".join(sorted(set(policy.hints) - set(policy.condition_words)))
        raise PackageError(f"words.yaml has hints for unknown conditions: {unknown}")
    for award in policy.awards:
        _check_award(policy, award)
    _check_coverage(policy)
    _check_bases(policy)


def _check_award(policy: Policy, award: Award) -> None:
    nodes = [*award.walk()]
    if award.ranked:
        _check_ranks(award)
    parameters = {node.name for node in nodes if isinstance(node, Parameter)}
    parameters |= {name for measure in award.measures for name in measure.parameters}
    for file, needed, known in (
        ("outline.yaml", {award.code}, set(policy.award_titles)),
        ("words.yaml", {award.code}, set(policy.recipients)),
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


def _check_bases(policy: Policy) -> None:
    """Check that criteria and sentences name what exists, and that every shared condition rests on one of them."""
    codes = {award.code for award in policy.awards}
    for criterion in policy.criteria:
        for names, known in (
            (criterion.conditions, set(policy.condition_words)),
            (criterion.readings, set(policy.interpretations)),
            (criterion.awards or (), codes),
        ):
            if set(names) - known:
                unknown = ", ".join(sorted(set(names) - known))
                raise PackageError(f"criteria.yaml: {criterion.code} names what does not exist: {unknown}")
        values = {value for name in criterion.readings for value in policy.interpretations[name].values}
        if set(criterion.idle) - values:
            raise PackageError(f"criteria.yaml: {criterion.code} is idle under a value that its readings do not have")
    in_text = {name for line in policy.coverage for name in line.conditions}
    if in_text - set(policy.condition_words):
        raise PackageError(
            f"coverage.yaml names unknown conditions: {', '.join(sorted(in_text - set(policy.condition_words)))}"
        )
    for award in policy.awards:
        tested = {node.name for rule in every_condition(award) for node in rule.walk() if isinstance(node, Condition)}
        by_criteria = {name for each in policy.criteria if each.concerns(award.code) for name in each.conditions}
        without = (tested & set(SHARED_WORDS)) - SAID_BY_AWARD - in_text - by_criteria
        if without:
            lacking = ", ".join(sorted(without))
            raise PackageError(f"neither coverage.yaml nor criteria.yaml says what {lacking} of {award.code} rests on")


def _yaml(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def _text(words: Mapping[str, str] | list[str]) -> Text:
    return Text(*words) if isinstance(words, list) else Text(words["zh"], words["en"])


def _texts(entries: Mapping[str, Any]) -> Mapping[str, Text]:
    return MappingProxyType({name: _text(words) for name, words in entries.items()})


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


def _coverage(entry: Mapping[str, Any], awards: tuple[Award, ...], sentences: Mapping[str, str]) -> CoverageLine:
    article, paragraph, sentence = entry["at"]
    at = f"{article}.{paragraph}.{sentence}"
    if at not in sentences:
        raise PackageError(f"source.yaml lacks the sentence {at}, which coverage.yaml names")
    claimed = entry.get("awards", ())
    codes = tuple(award.code for award in awards) if claimed == "all" else tuple(claimed)
    words, source = Text(entry["zh"], entry["en"]), Sentence(article, paragraph, sentence, sentences[at])
    return CoverageLine(
        article, paragraph, sentence, entry["as"], codes, tuple(entry.get("conditions", ())), words, source
    )


def _offices(code: str, entry: Mapping[str, Any]) -> Offices:
    departments = {code: _text(words) for code, words in entry["departments"].items()}
    if "district" in departments:
        raise PackageError("offices.yaml: district is the reviewer of the award's own jurisdiction, no department")
    for dataset, department in entry["keepers"].items():
        if dataset not in CATALOGUE or department not in departments:
            raise PackageError(f"offices.yaml: {dataset} or {department} is unknown")
    return Offices(office_of(code, entry), MappingProxyType(departments), MappingProxyType(entry["keepers"]))


def _criterion(code: str, entry: Mapping[str, Any]) -> Criterion:
    conditions, steps, readings = (tuple(entry.get(name, ())) for name in ("conditions", "steps", "readings"))
    awards = tuple(entry["awards"]) if "awards" in entry else None
    idle = tuple(entry.get("idle", ()))
    title, reason = _text(entry["title"]), _text(entry["reason"])
    return Criterion(code, title, reason, entry["document"], conditions, steps, readings, awards, idle)
