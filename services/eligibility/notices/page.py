"""A notice as a page in Chinese or English, for the city's website to show: all that it shows, nothing that is not public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, StrictUndefined

from services.eligibility.rules.library import load_policy
from services.eligibility.rules.offices import NOT_FILLED_IN
from shared.i18n import CHINESE, N_, translate
from shared.money import yuan
from shared.policies import JURISDICTIONS

_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    Path(__file__).with_name("page.html").read_text("utf-8")
)
HEADINGS = (
    N_("Number"), N_("Award"), N_("Article"), N_("Award year"), N_("Payee"), N_("Unified social credit code"),
    N_("Jurisdiction"), N_("Amount (yuan)"), N_("State"),
)  # fmt: skip
STATES = {
    "in_notice": N_("in notice"),
    "suspended": N_("suspended"),
    "proposed": N_("term over"),
    "rejected": N_("rejected"),
    "approved": N_("approved"),
    "superseded": N_("changed since"),
}
"""A decision's state → what the public calls it."""


def page(notice: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return a notice (as `repository.view` gives it, with its contact) and its entries as HTML in `zh-CN` or `en`.

    Offices and contacts are those of the policy; one that is not filled in is said to be missing.
    """
    policy = load_policy(notice["policy"])
    missing = translate(NOT_FILLED_IN, language)
    issuing = notice["contact"]["office"] or missing

    def say(message: str, **parameters: object) -> str:
        return translate(message, language, {name: {language: value} for name, value in parameters.items()})

    def day(value: str) -> str:
        return format_date(date.fromisoformat(value), "long", locale="zh_CN" if language == CHINESE else "en_GB")

    term = {"first": day(notice["opened_on"]), "last": day(notice["last_day"]), "days": notice["working_days"]}
    return _TEMPLATE.render(
        language=language,
        title=say(N_("Public notice of intended awards: {policy}"), policy=policy.title.within(language)),
        number=say(N_("Document number: {number}"), number=notice["document_number"] or missing),
        intro=say(
            N_(
                "Under {title} ({number}) the following awards are intended."
                " They are published for {days} working days, from {first} to {last}."
            ),
            title=f"《{policy.source_title}》", number=policy.source_number, **term,
        ),
        assumed=notice["calendar_assumed_from"]
        and say(
            N_("No official days off had been published from {day} on: working days are estimated from then on."),
            day=day(notice["calendar_assumed_from"]),
        ),
        closed=notice["closed_on"] and say(N_("The notice was closed on {day}."), day=day(notice["closed_on"])),
        headings=[say(heading) for heading in HEADINGS],
        rows=[_row(number, entry, language) for number, entry in enumerate(entries, 1)],
        masked=say(N_("Names and codes of natural persons are masked.")),
        objections=say(
            N_("Whoever disagrees may object in writing until {last}, with name, contact and reasons, at the office below."),
            last=term["last"],
        ),
        contacts=policy.offices.contact_lines(language),
        signature=(issuing, term["first"]),
    )  # fmt: skip


def _row(number: int, entry: Mapping[str, Any], language: str) -> list[object]:
    """Return the cells of a decision in the order of HEADINGS."""
    if entry["result"] == "withdrawn":
        amount = translate(N_("withdrawn"), language)
    elif entry["kind"] == "in_kind":
        amount = translate(N_("in kind"), language)
    else:
        amount = yuan(entry["entitlement_fen"])
    return [
        number,
        entry["title"],
        entry["article"],
        entry["award_year"],
        entry["payee"]["name"],
        entry["payee"]["uscc"],
        JURISDICTIONS[entry["jurisdiction"]][language != CHINESE],
        amount,
        translate(STATES[entry["state"]], language),
    ]
