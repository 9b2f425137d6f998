"""What notices and allocation plans say: lists of awards, with their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.eligibility.clients.payout import Arrangement
from services.eligibility.decisions.domain import State
from services.eligibility.papers.contents import day, heading, money, place, title_of
from services.eligibility.rules.domain import Policy
from shared.fiscal_split import rule_for, split
from shared.i18n import CHINESE, N_, translate
from shared.money import yuan
from shared.offices import Office
from shared.papers.capitals import capitals
from shared.papers.kinds import DOCUMENT_NUMBER, as_texts
from shared.policies import UNITS

_NO_UNIT = N_("no fiscal arrangement yet")
_SAMPLE = N_("{number} (a sample)")


def notice(
    row: Any, entries: Sequence[Mapping[str, Any]], policy: Policy, office: Office, language: str
) -> dict[str, Any]:
    """Return what a notice says; `entries` are its decisions as the public sees them (`notices.repository.entries`)."""
    title = N_("Public notice of intended awards: {policy}")
    named = {DOCUMENT_NUMBER: row.document_number} if row.document_number else {}
    return as_texts(
        heading(policy, office, row.opened_on, language)
        | named
        | {
            "title": translate(title, language, {"policy": {language: policy.title.within(language)}}),
            "working_days": row.working_days,
            "first_day": day(row.opened_on, language),
            "last_day": day(row.last_day, language),
            "estimated_from": day(row.calendar_assumed_from, language),
            "total": len(entries),
            "rows": [
                {
                    "number": number,
                    "award": entry["title"],
                    "article": entry["article"],
                    "award_year": entry["award_year"],
                    "payee": entry["payee"]["name"],
                    "code": entry["payee"]["uscc"],
                    "jurisdiction": place(entry["jurisdiction"], language),
                    "amount": _amount(entry, language),
                }
                for number, entry in enumerate(entries, 1)
            ],
        }
    )


def _amount(entry: Mapping[str, Any], language: str) -> str:
    if entry["result"] == "withdrawn":
        return translate(N_("withdrawn"), language)
    return translate(N_("in kind"), language) if entry["kind"] == "in_kind" else yuan(entry["entitlement_fen"])


def allocation_plan(
    row: Any, totals: Sequence[Mapping[str, Any]], policy: Policy, office: Office, language: str, *, today: date
) -> dict[str, Any]:
    """Return what the allocation plan of a round says of its approved decisions; `totals` are those of `rounds.repository`."""
    approved = [each for each in totals if each["state"] == State.APPROVED]
    open_states = {State.PROPOSED, State.IN_NOTICE, State.SUSPENDED}
    pending = [each for each in totals if each["state"] in open_states]
    total, fen = _sum(approved, "decisions"), _sum(approved, "entitlement_fen")
    keys = list(dict.fromkeys((each["award"], each["jurisdiction"]) for each in approved))
    order = [award.code for award in policy.awards]
    rows = [
        {
            "number": number,
            "award": title_of(award, language),
            "article": policy.sentence_of(policy.award(award)).cited.within(language),
            "jurisdiction": place(jurisdiction, language),
            **_sums([each for each in approved if (each["award"], each["jurisdiction"]) == (award, jurisdiction)]),
        }
        for number, (award, jurisdiction) in enumerate(sorted(keys, key=lambda key: (order.index(key[0]), key[1])), 1)
    ]
    waiting = {
        "count": _sum(pending, "decisions"),
        "amount": {language: money(_sum(pending, "entitlement_fen"), language)},
    }
    message = N_("{count} more awards of the round, {amount} in all, are not approved yet and not among them.")
    title = N_("Allocation plan under {policy}: {round}")
    return as_texts(
        heading(policy, office, today, language)
        | {
            "title": translate(
                title, language, {"round": {language: row.title}, "policy": {language: policy.title.within(language)}}
            ),
            "round": row.title,
            "award_years": ("、" if language == CHINESE else ", ").join(map(str, row.award_years)),
            "jurisdictions": [
                {
                    "jurisdiction": place(jurisdiction, language),
                    **_sums([each for each in approved if each["jurisdiction"] == jurisdiction]),
                }
                for jurisdiction in sorted({each["jurisdiction"] for each in approved})
            ],
            "rows": rows,
            "total": total,
            "amount": money(fen, language),
            "amount_capitals": capitals(fen),
            "pending": translate(message, language, waiting) if pending else "",
        }
    )


def by_unit(allocated: Sequence[Any], arrangements: Mapping[date, Arrangement | None], language: str) -> dict[str, Any]:
    """Return what each budget unit is to pay in each year for approved awards, split as payout splits them.

    `allocated` are awards that are split in the same way (`repository.allocated`), `arrangements` those in force on their first
    days of decision. Without an arrangement the money has no unit yet, and the row says so.
    """
    totals: Counter[tuple[str | None, int]] = Counter()
    used: dict[str, Arrangement] = {}
    for row in allocated:
        arrangement = arrangements[row.first_decided_on]
        rule = rule_for(arrangement.rules, row.jurisdiction, row.award) if arrangement else None
        if arrangement and rule:
            used[arrangement.number] = arrangement
        amounts = [part["amount_fen"] for part in row.instalments]
        for unit, parts in split(amounts, rule) if rule else [(None, amounts)]:
            for part, fen in zip(row.instalments, parts, strict=True):
                totals[unit, part["due_year"]] += fen * row.awards
    order = [*UNITS, None]
    return {
        "units": [
            {
                "unit": UNITS[unit][language != CHINESE] if unit else translate(_NO_UNIT, language),
                "due_year": str(due_year),
                "amount": yuan(fen),
            }
            for (unit, due_year), fen in sorted(totals.items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
            if fen
        ],
        "arrangements": [
            translate(_SAMPLE, language, {"number": {language: number}}) if each.sample else number
            for number, each in sorted(used.items())
        ],
    }


def _sum(totals: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(each[name] for each in totals)


def _sums(totals: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"awards": _sum(totals, "decisions"), "amount": yuan(_sum(totals, "entitlement_fen"))}
