"""What codes are called where somebody reads a case, and how a case stands, in the words of whoever it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from services.desk.datasets import is_number, label_of, shown
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Field
from shared.i18n import CHINESE, N_, Language, NamesByCode, word
from shared.money_words import STEP_WORDS
from shared.offices import department_names
from shared.policies import AWARD_TITLES, COVERED, FIRST_POLICY, JURISDICTIONS, POLICIES

_NAMES: NamesByCode = {
    "confirmation": ("意愿确认", "confirmation"),
    "review": ("联审", "review"),
    "district": ("属地", "the district"),
    "notice": ("公示", "public notice"),
    "approval": ("核准", "approval"),
    "waiting": ("待办理", "waiting"),
    "dropped": ("不再办理", "not needed any more"),
    "accepted": ("已接受", "accepted"),
    "declined": ("已放弃", "declined"),
    "passed": ("已通过", "passed"),
    "objected": ("有异议", "objected to"),
    "met": ("符合", "met"),
    "failed": ("不符合", "not met"),
    "undetermined": ("无法判定", "not known"),
    "cash": ("给予资金", "money"),
    "in_kind": ("用地支持", "in kind"),
    "withdrawn": ("撤销", "withdrawn"),
    "integrity": ("失信与处罚", "sanction"),
    "unverified_rate": ("利率或汇率未核实", "unverified rate"),
}


@cache
def case_names() -> NamesByCode:
    """Return the names of codes in cases: steps, departments, results, flags, awards and places."""
    return {
        **{name: (dataset.zh, dataset.en) for name, dataset in CATALOGUE.items()},
        **CATALOGUE["sanctions"].field("kind").choices,
        **CATALOGUE["reference_rates"].field("series").choices,
        **AWARD_TITLES,
        **JURISDICTIONS,
        **department_names(),
        **_NAMES,
    }


_SYSTEM: NamesByCode = {
    **dict.fromkeys(("registry", "eligibility", "payout", "payout-relay", "seed"), ("系统", "the system")),
    "policy package": ("政策规则包", "the policy package"),
}
_REFUSAL_STATES: NamesByCode = {"proposed": ("待作出", "drawn up"), "issued": ("已作出", "issued")}


def filters(language: Language) -> dict[str, Callable[..., Any]]:
    """Return how templates write the codes of cases, steps of money and states of refusals."""
    return {
        "case_word": lambda code: word(code, language, case_names()) or "",
        "actor": lambda subject: _SYSTEM[subject][language != CHINESE] if subject in _SYSTEM else subject,
        "money_step": lambda code: word(code, language, STEP_WORDS) or "",
        "refusal_state": lambda code: word(code, language, _REFUSAL_STATES) or "",
        "items_by_name": lambda items: {each["name"]: each for each in items},
    }


def functions(language: Language) -> dict[str, Any]:
    """Return what templates of cases choose from: awards and places, the policy where there is one alone, names of columns."""
    place = language != CHINESE

    def of(dataset: str, name: str) -> Field | None:
        return CATALOGUE[dataset].by_name.get(name) if dataset in CATALOGUE else None

    return {
        "award_titles": lambda: {code: names[place] for code, names in AWARD_TITLES.items()},
        "covered": COVERED,
        "only_policy": lambda: {"policy": FIRST_POLICY} if len(POLICIES) == 1 else {},
        "column_title": lambda dataset, name: label_of(item)[place] if (item := of(dataset, name)) else name,
        "column_value": lambda dataset, name, value: (
            shown(item, value, language) if (item := of(dataset, name)) else value
        ),
        "column_is_number": lambda dataset, name: (item := of(dataset, name)) is not None and is_number(item),
    }


OF_OFFICES = frozenset({"received", "split", "recognised", "restated", "released", "correction_proposed"})
"""Steps of money that are offices' own bookkeeping: an enterprise is not shown them."""

_STANDING: Mapping[str, str] = {
    "confirmation": N_("Please say whether you want this award."),
    "review": N_("Departments are reviewing this award. You need not do anything."),
    "notice": N_("This award will be put into a public notice next. You need not do anything."),
    "approval": N_("This award waits for its approval. You need not do anything."),
    "in_notice": N_("This award is in a public notice. Until the notice ends, you and others may object."),
    "suspended": N_("Something about this award is being looked into. It goes on afterwards."),
    "rejected": N_("This award is not given."),
    "declined": N_("You have declined this award, so it is not given."),
    "approved": N_("This award is approved. Below you see what has been paid."),
    "withdrawn": N_("This award was withdrawn. Below you see what was paid and what has to be paid back."),
    "superseded": N_("A newer version has taken the place of this one."),
}


def standing(decision: Mapping[str, Any]) -> str:
    """Return how a decision stands, as a message to the enterprise that it is about."""
    state, waits = decision["state"], decision["waiting_for"]
    if state == "approved" and decision["result"] == "withdrawn":
        return _STANDING["withdrawn"]
    if state == "rejected" and any(step["outcome"] == "declined" for step in decision.get("steps") or ()):
        return _STANDING["declined"]
    if state != "proposed":
        return _STANDING[state]
    return _STANDING[waits[0].partition(":")[0] if waits else "approval"]
