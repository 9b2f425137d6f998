"""What letters say of conditions: what they rest on, what was found, which alternatives there are, what would complete a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from services.eligibility.engine.description import in_one_line
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar.results import MET
from services.eligibility.rules.text import Text
from shared.i18n import CHINESE, N_, translate

_OR = N_("; or ")
_NO_DOCUMENT = N_("no document has adopted it yet")
_ONE_IS_ENOUGH = N_("one of the following is enough; {finding}")
_UNDETERMINED = N_("undetermined")
_RESULTS = {"met": N_("met"), "failed": N_("not met"), "undetermined": _UNDETERMINED}


def leaves(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the conditions that were tested on figures; of joined ones those within."""
    for condition in conditions:
        if condition.get("within"):
            yield from leaves(condition["within"])
        else:
            yield condition


def required(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the conditions that all have to be met: those within `all` apart, an `any` whole, with its alternatives within."""
    for condition in conditions:
        if condition.get("within") and condition["comparison"]["code"] == "all":
            yield from required(condition["within"])
        else:
            yield condition


def unmet(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the conditions for want of which an award is not given: of alternatives only if none is met, then all."""
    return (condition for condition in required(conditions) if condition["result"] != "met")


def grounds(conditions: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return what the conditions rest on, in the order in which they are tested, each basis once with its own words."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for condition in required(conditions):
        basis = condition["basis"]
        ground = found.setdefault(
            (basis["kind"], basis["code"]),
            {
                "basis": _cited(basis, language),
                "words": basis["text"],
                "document": adopted(basis, language),
                "conditions": [],
            },
        )
        ground["conditions"].append(condition)
    numbers = count(1)
    return [
        {**ground, "conditions": [condition_said(next(numbers), each, language) for each in ground["conditions"]]}
        for ground in found.values()
    ]


def _cited(basis: Mapping[str, Any], language: str) -> str:
    if basis["kind"] == "article":
        return str(basis["title"])
    return translate(N_("Criterion of practice: {title}"), language, {"title": {language: basis["title"]}})


def adopted(basis: Mapping[str, Any], language: str) -> str | None:
    """Return the document that adopted a criterion; None for a sentence of the policy itself."""
    if basis["kind"] == "article":
        return None
    return basis["document"] or translate(_NO_DOCUMENT, language)


def condition_said(number: int, condition: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a condition, what was found and the result: each said once, so the title is empty where what was found has it.

    Of alternatives, of which one is enough, each is said beneath it.
    """
    within = condition.get("within", ())
    said = _shown(number, condition, _finding(condition, language), language) | {"alternatives": []}
    if within:
        finding = translate(_ONE_IS_ENOUGH, language, {"finding": {language: condition["sentence"]}})
        said |= {"title": condition["title"], "finding": finding}
        for place, each in enumerate(within, 1):
            found = _separator(language).join(_findings(each, language))
            said["alternatives"].append(_shown(place, each, found, language))
    return said


def _shown(number: int, condition: Mapping[str, Any], finding: str, language: str) -> dict[str, Any]:
    return {
        "number": number,
        "title": "" if condition["title"] in finding else condition["title"],
        "finding": finding,
        "result": translate(_RESULTS[condition["result"]], language),
        "short": (condition.get("short_by") or {}).get("text"),
    }


def _finding(condition: Mapping[str, Any], language: str) -> str:
    """Return what was found, without the result that is said after it."""
    colon = "：" if language == CHINESE else ": "
    finding: str = condition["sentence"]
    undetermined = translate(_UNDETERMINED, language)
    for result in (*(met.within(language) for met in MET.values()), undetermined):
        finding = finding.removesuffix(f"{colon}{result}")
    return finding.removeprefix(f"{undetermined}{'，' if language == CHINESE else ': '}")


def _findings(alternative: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what was found of each condition that an alternative consists of; of several, with the result of each."""
    for condition in leaves([alternative]):
        yield _finding(condition, language) if condition is alternative else condition["sentence"]


def _separator(language: str) -> str:
    return "；" if language == CHINESE else "; "


def completion(
    not_met: Sequence[Mapping[str, Any]], missing: Sequence[tuple[str, str]], policy: Policy, language: str
) -> Iterator[str]:
    """Yield what would complete a refused case: what each failed condition would take, and who keeps the missing data.

    `missing`: each fact as its code and in words.
    """
    for condition in not_met:
        ways = [_separator(language).join(_way(each)) for each in condition.get("within") or (condition,)]
        if any(ways):
            either = translate(_OR, language).join(filter(None, ways))
            stop = "。" if language == CHINESE else "."
            told = {"title": condition["title"], "test": either + stop}
            yield in_one_line(told, "：" if language == CHINESE else ": ")
    kept: dict[Text | None, list[str]] = {}
    for name, words in missing:
        kept.setdefault(policy.offices.keeper_of(name.partition(".")[0]), []).append(words)
    for keeper, facts in kept.items():
        named = {"facts": facts}
        if keeper is None:
            yield translate(N_("Have the missing data recorded: {facts}."), language, named)
        else:
            message = N_("Give the {keeper}, which records them, proof of the missing data: {facts}.")
            yield translate(message, language, {**named, "keeper": {"zh-CN": keeper.zh, "en": keeper.en}})


def _way(alternative: Mapping[str, Any]) -> list[str]:
    """Return what would make a condition met; nothing where a part of it cannot be named."""
    taken = [each["would_take"] for each in leaves([alternative]) if each["result"] != "met"]
    return taken if all(taken) else []
