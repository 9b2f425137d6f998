"""What changed between two versions of a decision, and why: amount, payee, facts, interpretations, rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.eligibility.decisions.provenance import Lookup
from services.eligibility.engine.read_rows import fact_row
from services.eligibility.facts.catalogue import CATALOGUE, unit_of
from services.eligibility.papers.contents import approved_on, day, money, place
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.results import Figure
from services.eligibility.rules.text import Text
from shared.catalogue.domain import Field, Kind
from shared.i18n import CHINESE, N_, translate

MOST_FACTS = 50
"""Changed records that a letter names; it counts the others."""
Inputs = Mapping[str, list[Mapping[str, Any]]]
"""Sealed fact rows, by dataset."""
NOTHING_BEFORE: Mapping[str, Any] = {"previous": "", "changes": []}
_REASONS = {
    "correction": N_("Reason: facts or interpretations have changed since."),
    "withdrawal": N_("Reason: on today's facts the conditions are no longer met."),
    "objection": N_("Reason: an objection was upheld, and the case was evaluated again."),
}


def changes(
    before: Any,
    after: Any,
    inputs: tuple[Inputs, Inputs],
    interpretations: tuple[Interpretations, Interpretations],
    policy: Policy,
    language: str,
    *,
    previous_number: str | None,
    lookup: Lookup,
) -> dict[str, Any]:
    """Return `previous`, which names the decision before, and `changes`: what differs from it, and why, in sentences."""
    say = _Sayer(language)
    named = {"version": before.version, "day": {language: day(approved_on(before), language)}}
    if previous_number:
        message, more = N_("decision {number} of {day} (version {version})"), {"number": {language: previous_number}}
    else:
        message, more = N_("the decision of {day} (version {version})"), {}
    lines = [
        *_outcome(before, after, say),
        *([say(_REASONS[after.reason])] if after.reason in _REASONS else []),
        *_facts(inputs, after.facts_revision, say, lookup),
        *_interpretations(interpretations, policy, say),
    ]
    if before.policy_hash != after.policy_hash:
        lines.append(say(N_("The rules of the policy package are another version.")))
    return {"previous": say(message, **named, **more), "changes": lines}


class _Sayer:
    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str, **parameters: object) -> str:
        given = {
            name: {self.language: value} if isinstance(value, str) else value for name, value in parameters.items()
        }
        return translate(message, self.language, given)


def _outcome(before: Any, after: Any, say: _Sayer) -> Iterator[str]:
    language = say.language
    if before.entitlement_fen != after.entitlement_fen:
        amounts = {"before": money(before.entitlement_fen, language), "after": money(after.entitlement_fen, language)}
        yield say(N_("The amount changes from {before} to {after}."), **amounts)
    if (before.payee_uscc, before.payee_name) != (after.payee_uscc, after.payee_name):
        names = {"before": before.payee_name, "after": after.payee_name}
        yield say(N_("The payee changes from {before} to {after}."), **names)
    if before.jurisdiction != after.jurisdiction:
        places = {"before": place(before.jurisdiction, language), "after": place(after.jurisdiction, language)}
        yield say(N_("The jurisdiction changes from {before} to {after}."), **places)
    if before.award_year != after.award_year:
        yield say(
            N_("The award year changes from {before} to {after}."), before=before.award_year, after=after.award_year
        )
    if before.instalments != after.instalments and after.instalments:
        yield say(N_("The instalments change as stated below."))


def _facts(inputs: tuple[Inputs, Inputs], revision: int, say: _Sayer, lookup: Lookup) -> Iterator[str]:
    """Yield a sentence for each record that differs, with who says so now."""
    found = list(_differing(*inputs))
    for dataset, old, new in found[:MOST_FACTS]:
        row = new or old
        assert row is not None
        key = {name: row[name] for name in CATALOGUE[dataset].key}
        record = fact_row(dataset, _typed(dataset, key), {}).text.within(say.language)
        source = lookup(dataset, key, revision) if new else None
        yield _difference(dataset, record, old, new, say) + _source(source, say)
    if len(found) > MOST_FACTS:
        yield say(N_("{count} more records differ."), count=len(found) - MOST_FACTS)


def _difference(
    dataset: str, record: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, say: _Sayer
) -> str:
    if old is None:
        return say(N_("Record added: {record}."), record=record)
    if new is None:
        return say(N_("Record no longer counts: {record}."), record=record)
    values = []
    for field in CATALOGUE[dataset].fields:
        if old.get(field.name) != new.get(field.name):
            words = field.zh if say.language == CHINESE else field.en
            values.append(
                f"{words} {_value(field, old.get(field.name), say)} → {_value(field, new.get(field.name), say)}"
            )
    joined = ("；" if say.language == CHINESE else "; ").join(values)
    return say(N_("Record corrected: {record}: {values}."), record=record, values=joined)


def _source(found: Mapping[str, Any] | None, say: _Sayer) -> str:
    if not found:
        return ""
    return say(
        N_(" (source: {source}; recorded on {day}, revision {revision})"),
        source=found["source"],
        day=day(found["recorded_on"], say.language),
        revision=found["revision"],
    )


def _differing(
    before: Inputs, after: Inputs
) -> Iterator[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    for dataset in CATALOGUE:
        key = CATALOGUE[dataset].key
        old, new = (
            {tuple(row[name] for name in key): row for row in rows.get(dataset, [])} for rows in (before, after)
        )
        for each in sorted({**old, **new}, key=str):
            if old.get(each) != new.get(each):
                yield dataset, old.get(each), new.get(each)


def _interpretations(
    interpretations: tuple[Interpretations, Interpretations], policy: Policy, say: _Sayer
) -> Iterator[str]:
    before, after = interpretations
    for name, question in policy.interpretations.items():
        if before[name] != after[name]:
            words = {"before": question.values[before[name]], "after": question.values[after[name]]}
            yield say(
                N_("Interpretation changed: {question}: {before} → {after}."),
                question=question.words.within(say.language),
                **{which: value.within(say.language) for which, value in words.items()},
            )


def _typed(dataset: str, key: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of a key as facts hold them: sealed days are text."""
    kinds = {name: CATALOGUE[dataset].field(name).kind for name in key}
    return tuple(date.fromisoformat(value) if kinds[name] is Kind.DAY else value for name, value in key.items())


def _value(field: Field, value: Any, say: _Sayer) -> str:
    return say(N_("none on record")) if value is None else _plain(field, value, say.language)


def _plain(field: Field, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return Text("是", "yes").within(language) if value else Text("否", "no").within(language)
    if field.kind is Kind.DAY:
        return day(value, language)
    if field.kind is Kind.DECIMAL or value is None:
        return str(value)
    codes = {code: Text(*words) for code, words in field.choices.items()}
    return Figure(value, unit_of(field), codes=codes).text.within(language)
