"""The application guide (申报指南) of a policy: what each award gives, to whom, on which conditions; as page and document."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from docx import Document
from jinja2 import Environment, StrictUndefined

from services.eligibility.engine.description import in_one_line
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.common import shared_rules
from services.eligibility.rules.offices import NOT_FILLED_IN
from shared.i18n import CHINESE, N_, translate

_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    Path(__file__).with_name("guide.html").read_text("utf-8")
)
#: How an award comes about, step by step.
PROCEDURE = (
    N_("Departments record the data in the registry; an enterprise may have errors corrected by the department that keeps them."),
    N_("The commerce department evaluates the data against the conditions and drafts a proposal with its calculation."),
    N_("Proposals are published in a public notice; whoever disagrees may object within its term."),
    N_("After the term another officer approves the proposal; objections are decided first."),
    N_("The finance departments pay approved awards to the enterprise's account, within the budget of the year."),
)  # fmt: skip


def contents(policy: Policy, awards: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Return what the guide says of `awards` (as `handlers.awards_view` gives them), in `zh-CN` or `en`."""

    def say(message: str) -> str:
        return translate(message, language)

    return {
        "colon": _colon(language),
        "title": f"{policy.title.within(language)}{'' if language == CHINESE else ': '}{say(N_('Application guide'))}",
        "document": f"{policy.source_title}（{policy.source_number}）",
        "shared": (
            say(N_("What holds for every award")),
            [each.within(language) for each in shared_rules(policy.parameters)],
        ),
        "awards": [_award(number, award, language) for number, award in enumerate(awards, 1)],
        "procedure": (say(N_("Procedure")), [say(step) for step in PROCEDURE]),
        "contact": (say(N_("Contact")), policy.offices.contact_lines(language)),
        "rests_on": say(N_("Basis")),
    }


def _award(number: int, award: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return an award as a title, a quoted sentence, and headings with lines of text."""

    def say(message: str) -> str:
        return translate(message, language)

    colon = _colon(language)
    keepers = [f"{each['title']}{colon}{each['keeper'] or say(NOT_FILLED_IN)}" for each in award["data"]]
    readings = [f"{each['title']}{colon}{each['value_title']}" for each in award["readings"]]
    numbers = [number for measure in award["measures"] for number in measure["numbers"]]
    amount = [award["amount"], *numbers, *([award["instalments"]] if award["instalments"] else [])]
    criteria = [f"{_basis(basis, language)}{colon}{basis['text']}" for basis in award["amount_bases"]]
    sections = {
        N_("For whom"): [award["who"]],
        N_("How it is decided"): [award["about"], *award["rules"]],
        N_("Conditions"): [line for condition in award["conditions"] for line in _lines(condition, language)],
        N_("Amount"): [*amount, *criteria],
        N_("How the figures are worked out"): [f"{each['title']}{colon}{each['rule']}" for each in award["measures"]],
        N_("How the text is applied"): readings,
        N_("Data that decide, and the department that keeps them"): keepers,
    }
    return {
        "title": f"{number}. {award['title']}",
        "article": award["article"],
        "text": award["basis"]["text"],
        "status": _status(award["status"], language),
        "sections": {say(heading): lines for heading, lines in sections.items() if lines},
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
    opening, closing = ("（", "）") if language == CHINESE else (" (", ")")
    return [f"{indent}{text}{opening}{_basis(condition['basis'], language)}{closing}", *within]


def page(shown: Mapping[str, Any], language: str) -> str:
    """Return the guide as HTML."""
    return _TEMPLATE.render(language=language, **shown)


def document(shown: Mapping[str, Any]) -> bytes:
    """Return the guide as a DOCX document, to be edited."""
    written, colon = Document(), shown["colon"]
    written.add_heading(shown["title"], 0)
    written.add_paragraph(f"{shown['rests_on']}{colon}{shown['document']}")
    for award in shown["awards"]:
        written.add_heading(award["title"], 1)
        if award["status"]:
            written.add_paragraph(award["status"])
        written.add_paragraph(f"{award['article']}{colon}{award['text']}")
        for heading, lines in award["sections"].items():
            written.add_heading(heading, 2)
            for line in lines:
                written.add_paragraph(line)
    for heading, lines in (shown["shared"], shown["procedure"]):
        written.add_heading(heading, 1)
        for number, line in enumerate(lines, 1):
            written.add_paragraph(f"{number}. {line}")
    contact, entries = shown["contact"]
    written.add_heading(contact, 1)
    for name, value in entries.items():
        written.add_paragraph(f"{name}{colon}{value}")
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()
