"""What letters say, from explanations in the reader's language: pure functions of sealed receipts and offices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.eligibility.papers.conditions import adopted, completion, condition_said, grounds, leaves, unmet
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar import wording
from shared.catalogue.datasets import STARTING_VALUES
from shared.clock import calendar_date
from shared.i18n import CHINESE, N_, translate
from shared.offices import Office
from shared.papers.capitals import capitals
from shared.papers.kinds import as_texts, office_fields, unset
from shared.policies import AWARD_TITLES, JURISDICTIONS

MOST_PARTS = 200
"""Lines of what figures are made of; a letter names no more, and says so."""
_TITLES = {
    ("granted", False): N_("Decision on an award"),
    ("granted", True): N_("Decision that changes an award"),
    ("withdrawn", False): N_("Decision that withdraws an award"),
    ("withdrawn", True): N_("Decision that withdraws an award"),
}

Explained = Mapping[str, Any]
"""An explanation in one language, with where its rows come from."""


def day(value: date | str | None, language: str) -> str:
    """Return a day in words; empty for None."""
    if value is None:
        return ""
    return wording.day(date.fromisoformat(value) if isinstance(value, str) else value).within(language)


def money(fen: int, language: str) -> str:
    """Return an amount in figures, as papers write it: 60,000.00 元."""
    written = f"{fen // 100:,}.{fen % 100:02d}"
    return f"{written}元" if language == CHINESE else f"{written} yuan"


def title_of(award: str, language: str) -> str:
    """Return the title of an award."""
    return AWARD_TITLES[award][language != CHINESE]


def place(jurisdiction: str | None, language: str) -> str:
    """Return a jurisdiction in words; empty for None."""
    return JURISDICTIONS[jurisdiction][language != CHINESE] if jurisdiction else ""


def heading(policy: Policy, office: Office, on: date | None, language: str) -> dict[str, Any]:
    """Return the fields that every paper has: office, policy, day."""
    shown = office_fields(office, language)
    return {name: shown[name] for name in ("issuing", "address", "telephone", "email")} | {
        "policy": policy.source_title,
        "policy_number": policy.source_number,
        "date": day(on, language),
    }


def remedies(office: Office, language: str) -> dict[str, Any]:
    """Return who hears complaints."""
    shown = office_fields(office, language)
    return {name: shown[name] for name in ("review_office", "court")}


def decision_letter(
    row: Any, explained: Explained | None, policy: Policy, office: Office, language: str, *, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the letter of a decision says, but for its number; `explained` is None where no row is about it any more.

    `changes` has `previous` and `changes`, both empty for a first version.
    """
    granted = row.result == "granted"
    return as_texts(
        heading(policy, office, approved_on(row), language)
        | remedies(office, language)
        | _case(row, explained, policy, language)
        | {
            "title": translate(_TITLES[row.result, bool(changes["previous"])], language),
            "granted": "1" if granted else "",
            "withdrawn": "" if granted else "1",
            "in_kind": "1" if row.kind == "in_kind" else "",
            "noticed": "1" if row.noticed_on else "",
            "amount": money(row.entitlement_fen, language) if granted and row.kind == "cash" else "",
            "amount_capitals": capitals(row.entitlement_fen) if granted and row.kind == "cash" else "",
            "instalments": [
                {
                    "number": number,
                    "due_year": part["due_year"],
                    "amount": money(part["amount_fen"], language),
                    "amount_capitals": capitals(part["amount_fen"]),
                }
                for number, part in enumerate(row.instalments, 1)
            ],
            "version": row.version,
            **changes,
        }
    )


def refusal_letter(
    row: Any,
    explained: Explained,
    policy: Policy,
    office: Office,
    language: str,
    *,
    issued_on: date | None,
    statements: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the letter of a refusal says, but for its number; `issued_on` None: it is a draft."""
    not_met = list(unmet(explained["conditions"]))
    would_be = explained["would_be_fen"]
    missing = explained["titles"]["missing"]
    return as_texts(
        heading(policy, office, issued_on or row.decided_on, language)
        | remedies(office, language)
        | _case(row, explained, policy, language)
        | {
            "title": translate(N_("Notice that an award is not given"), language),
            "draft": "" if issued_on else "1",
            "not_met": [condition_said(number, each, language) for number, each in enumerate(not_met, 1)],
            "missing": missing,
            "completion": list(
                completion(not_met, list(zip(explained["missing"], missing, strict=True)), policy, language)
            ),
            "completion_days": office.completion_days or unset("completion_days", language),
            "would_be": money(would_be, language) if would_be else "",
            "statements": [statement_said(each, language) for each in statements],
        }
    )


def statement_said(statement: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what a letter says of a statement that the enterprise made, on its day in China."""
    made_on = calendar_date(datetime.fromisoformat(statement["made_at"]))
    return {
        "made_on": day(made_on, language),
        "statement": statement["statement"],
        "document": statement["document"],
    }


def approved_on(row: Any) -> date | None:
    """Return the day on which a decision was approved."""
    return row.approved_at and calendar_date(row.approved_at)


def _case(row: Any, explained: Explained | None, policy: Policy, language: str) -> dict[str, Any]:
    sentence = policy.sentence_of(policy.award(row.award))
    case: dict[str, Any] = {
        "addressee": row.payee_name,
        "addressee_code": row.payee_uscc,
        "award": title_of(row.award, language),
        "award_year": row.award_year,
        "subject": "" if row.subject == row.payee_uscc else row.subject,
        "jurisdiction": place(row.jurisdiction, language),
        "article": sentence.cited.within(language),
        "article_words": sentence.text,
        "receipt": _receipt(row, language),
    }
    if explained is None:
        gone = translate(N_("No record is about this award any more."), language)
        return case | {"result": gone, "facts_left_out": ""} | {name: [] for name in _LISTS}
    facts = list(_facts(explained["conditions"], policy, language))
    left_out = explained.get("provenance") == "partial"
    return case | {
        "result": explained["sentence"],
        "grounds": grounds(explained["conditions"], language),
        "interpretations": [
            {
                "question": each["title"],
                "answer": each["value_title"],
                "document": adopted(each["basis"], language) if each["basis"] else None,
            }
            for each in explained["readings"]
        ],
        "calculation": [step["sentence"] for step in explained["amount"]],
        "parts": list(_parts(explained["parts"], language)),
        "facts": facts,
        "facts_left_out": translate(N_("Sources are listed for the first 200 records."), language) if left_out else "",
    }


_LISTS = ("grounds", "interpretations", "calculation", "parts", "facts")


def _facts(conditions: Sequence[Mapping[str, Any]], policy: Policy, language: str) -> Iterator[dict[str, Any]]:
    """Yield the records that conditions were tested on, each once; without a source, with the department that keeps them."""
    seen: set[str] = set()
    for condition in leaves(conditions):
        for fact in condition["facts"]:
            if fact["text"] not in seen:
                seen.add(fact["text"])
                keeper = policy.offices.keeper_of(fact["dataset"])
                yield {
                    "number": len(seen),
                    "record": fact["text"],
                    "source": _source(fact["source"], language) or (keeper and keeper.within(language)),
                    "recorded_on": day(fact["recorded_on"], language),
                    "revision": fact["revision"],
                }


def _source(source: str | None, language: str) -> str | None:
    return translate(source, language) if source == STARTING_VALUES else source


def _parts(parts: Sequence[Mapping[str, Any]], language: str) -> Iterator[str]:
    """Yield how each figure is worked out, and a line for each row that it is made of."""
    colon, comma, stop = ("：", "，", "。") if language == CHINESE else (": ", ", ", ".")
    lines = [f"{part['title']}{colon}{comma.join(_named(part, row))}{stop}" for part in parts for row in part["texts"]]
    yield from (f"{part['title']}{colon}{part['rule']}{stop}" for part in parts if part["texts"])
    yield from lines[:MOST_PARTS]
    if len(lines) > MOST_PARTS:
        more = {"count": len(lines) - MOST_PARTS}
        yield translate(N_("{count} more lines are in the explanation of the decision."), language, more)


def _named(part: Mapping[str, Any], row: Mapping[str, str]) -> list[str]:
    return [f"{part['columns'][name]} {text}" for name, text in row.items()]


def _receipt(row: Any, language: str) -> list[str]:
    """Return the lines that identify what a paper was computed from."""
    lines = (
        (N_("Case: {id}"), {"id": str(row.id)}),
        (
            N_("Facts as of revision {revision}, decided on {day}, computed by engine {engine}."),
            {
                "revision": row.facts_revision,
                "day": {language: day(row.decided_on, language)},
                "engine": {language: row.engine_version},
            },
        ),
        (
            N_(
                "Rules {policy}, interpretations {interpretations}, sealed facts {inputs} (the first digits of their SHA-256)."
            ),
            {
                "policy": {language: row.policy_hash[:16]},
                "interpretations": {language: row.interpretations_hash[:16]},
                "inputs": {language: row.inputs_hash[:16]},
            },
        ),
    )
    return [
        translate(message, language, {k: v if not isinstance(v, str) else {language: v} for k, v in values.items()})
        for message, values in lines
    ]
