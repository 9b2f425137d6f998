"""What the application guide (申报指南) of a policy says: what each award gives, to whom, on which conditions, by which data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.eligibility.engine.description import in_one_line
from services.eligibility.papers.contents import heading
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.common import shared_rules
from services.eligibility.rules.offices import NOT_FILLED_IN
from shared.i18n import CHINESE, N_, translate
from shared.offices import Office
from shared.papers.kinds import as_texts

#: How an award comes about, step by step.
PROCEDURE = (
    N_("Departments record the data in the registry; an enterprise may have errors corrected by the department that keeps them."),
    N_("The commerce department evaluates the data against the conditions and drafts a proposal with its calculation."),
    N_("Proposals are published in a public notice; whoever disagrees may object within its term."),
    N_("After the term another officer approves the proposal; objections are decided first."),
    N_("The finance departments pay approved awards to the enterprise's account, within the budget of the year."),
)  # fmt: skip


def guide(
    policy: Policy, awards: Sequence[Mapping[str, Any]], office: Office, language: str, *, today: date
) -> dict[str, Any]:
    """Return what the guide says of `awards` (as `awards.handlers.awards_view` gives them), in `zh-CN` or `en`."""
    title = f"{policy.title.within(language)}{'' if language == CHINESE else ': '}{translate(N_('Application guide'), language)}"
    return as_texts(
        heading(policy, office, today, language)
        | {
            "title": title,
            "awards": [_award(number, award, language) for number, award in enumerate(awards, 1)],
            "shared": [each.within(language) for each in shared_rules(policy.parameters)],
            "procedure": [translate(step, language) for step in PROCEDURE],
        }
    )


def _award(number: int, award: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return an award as the fields that a template may use: texts, and lists of lines."""
    colon, unnamed = _colon(language), translate(NOT_FILLED_IN, language)
    numbers = [number for measure in award["measures"] for number in measure["numbers"]]
    instalments = [award["instalments"]] if award["instalments"] else []
    criteria = [f"{_basis(basis, language)}{_bracketed(basis['text'], language)}" for basis in award["amount_bases"]]
    return {
        "number": number,
        "title": award["title"],
        "article": award["article"],
        "article_words": award["basis"]["text"],
        "status": _status(award["status"], language),
        "who": award["who"],
        "rules": [award["about"], *award["rules"]],
        "conditions": [line for condition in award["conditions"] for line in _lines(condition, language)],
        "amount": [award["amount"], *numbers, *instalments, *criteria],
        "measures": [f"{each['title']}{colon}{each['rule']}" for each in award["measures"]],
        "interpretations": [f"{each['title']}{colon}{each['value_title']}" for each in award["readings"]],
        "data": [f"{each['title']}{colon}{each['keeper'] or unnamed}" for each in award["data"]],
    }


_STOPPED = {
    "suspended": N_("Suspended from {day} on ({document})."),
    "ended": N_("Ended from {day} on ({document})."),
}
_TRANSITION = N_("Award years up to {year} are still proposed.")


def _status(status: Mapping[str, Any], language: str) -> str | None:
    """Return since when and by which act an award is stopped; None where it is in force."""
    if status["status"] not in _STOPPED:
        return None
    day = wording.day(date.fromisoformat(status["effective_on"])).within(language)
    stopped = translate(
        _STOPPED[status["status"]], language, {"day": {language: day}, "document": {language: status["document"]}}
    )
    if status["last_award_year"] is None:
        return stopped
    year = {"year": {language: status["last_award_year"]}}
    return f"{stopped}{'' if language == CHINESE else ' '}{translate(_TRANSITION, language, year)}"


def _colon(language: str) -> str:
    return "：" if language == CHINESE else ": "


def _basis(basis: Mapping[str, Any], language: str) -> str:
    """Return what a rule rests on; a criterion is set apart from the document's sentences."""
    if basis["kind"] == "article":
        return str(basis["title"])
    return f"{translate(N_('Criterion of practice'), language)}{_colon(language)}{basis['title']}"


def _lines(condition: Mapping[str, Any], language: str, depth: int = 0) -> list[str]:
    indent, colon = "　" * depth, _colon(language)
    within = [line for part in condition["within"] for line in _lines(part, language, depth + 1)]
    text = in_one_line(condition, colon)
    return [f"{indent}{text}{_bracketed(_basis(condition['basis'], language), language)}", *within]


def _bracketed(text: str, language: str) -> str:
    return f"（{text}）" if language == CHINESE else f" ({text})"
