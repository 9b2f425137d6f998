"""What a form is about: an identifier that its address or a service gave, as a link to the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from services.desk.acts.domain import PART, QUERY, Act
from shared.i18n import N_

_PAGES: Mapping[str, tuple[str, str]] = {
    "appropriation_id": (N_("Appropriation"), "/appropriations"),
    "arrangement_id": (N_("Arrangement"), "/arrangements/{}"),
    "award_id": (N_("Award"), "/awards/{}"),
    "batch_id": (N_("Payment batch"), "/payment-batches/{}"),
    "change_id": (N_("Proposed change"), ""),
    "challenge_id": (N_("Challenge"), "/challenges/{}"),
    "correction_id": (N_("Correction of a bank result"), "/result-corrections"),
    "decision_id": (N_("Decision"), "/decisions/{}"),
    "draft_id": (N_("Draft"), "/drafts/{}"),
    "evaluation_id": (N_("Evaluation"), "/evaluations/{}"),
    "import_id": (N_("Import"), "/imports/{}"),
    "notice_id": (N_("Notice"), "/notices/{}"),
    "objection_id": (N_("Objection"), "/objections/{}"),
    "order_id": (N_("Payment order"), "/payment-orders/{}"),
    "plan_id": (N_("Plan of repayment"), ""),
    "recovery_id": (N_("Recovery"), "/recoveries/{}"),
    "reentry_id": (N_("File that was entered again"), "/payment-batches/reentries/{}"),
    "refusal_id": (N_("Refusal"), "/refusals/{}"),
    "repayment_id": (N_("Repayment"), ""),
    "restoration_id": (N_("Restoration"), "/restorations"),
    "results_id": (N_("Results of the bank"), ""),
    "round_id": (N_("Round"), "/rounds/{}"),
    "uscc": (N_("Enterprise"), "/enterprises/{}"),
}
"""What identifiers are of, and the page that shows it, be it among others; none for what is shown within something else."""


class Subject(NamedTuple):
    """A value that a form sends without showing it: what it is, and its page; what has none is shown as it is.

    `kind` is the parameter that it is of, such as `decision_id`.
    """

    value: str
    title: str = ""
    page: str = ""
    kind: str = ""


def known_parts(act: Act, values: Mapping[str, list[str]]) -> dict[str, str]:
    """Return what belongs to an operation's path or query without being asked for, by name."""
    asked = {each.name for each in act.fields}
    return {name: texts[0] for name, texts in values.items() if name.startswith((PART, QUERY)) and name not in asked}


def subjects_of(act: Act, values: Mapping[str, list[str]]) -> Iterator[Subject]:
    """Yield what a form sends without asking for it: whoever sends it may look at what it is about."""
    hidden = {each.name: values[each.name] for each in act.fields if each.kind == "hidden" and values.get(each.name)}
    for name, found in {**{name: [text] for name, text in known_parts(act, values).items()}, **hidden}.items():
        kind = name.removeprefix(PART).removeprefix(QUERY)
        title, page = _PAGES.get(kind, ("", ""))
        for value in filter(None, found):
            yield Subject(value, title, page.format(quote(value, safe="")), kind)
