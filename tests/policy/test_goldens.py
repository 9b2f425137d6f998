"""One explanation of each award, whole, as it is shown: a change of wording or figure shows in the difference.

Rewrite with `REWRITE_GOLDENS=1 pytest tests/policy/test_goldens.py` and read what changed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.explain import explain
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.casefile import FOLDER, read_cases
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
GOLDENS = Path(__file__).with_name("goldens")


LANGUAGES = {"zh": "zh-CN", "en": "en"}


@pytest.mark.parametrize("award", [award.code for award in POLICY.awards])
def test_the_explanation_of_the_first_case(award: str) -> None:
    """The first case of the award's case file, in both languages."""
    case = next(read_cases(FOLDER / f"{award}.yaml"))
    known = facts(case.tables)
    interpretations = Interpretations.official_defaults(POLICY).with_changes(case.interpretations)
    ((named, by_year),) = case.expect.items()
    year = next(year for year, expected in by_year.items() if expected not in ("refused", "undetermined"))
    subject = named if named is not None else _subject(award, case.tables)
    explained = explain(known, POLICY, interpretations, award, subject, year, case.decided_on)
    assert explained.engine_version == ENGINE_VERSION
    assert explained.document("en") == explain(
        known, POLICY, interpretations, award, subject, year, case.decided_on
    ).document("en")
    for folder, language in LANGUAGES.items():
        shown = explained.as_dict(language) | {"engine_version": "-"}
        text = json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        path = GOLDENS / folder / f"{award}.json"
        if os.environ.get("REWRITE_GOLDENS"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")


def _subject(award: str, tables: object) -> str:
    assert isinstance(tables, dict)
    about = POLICY.award(award).about
    first = tables[about.dataset][0]
    return ":".join(first[column] for column in about.subject)
