"""Every case file against the engine: all at once, and one by one with its reasons."""

from __future__ import annotations

from typing import Any

import pytest

from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain
from services.eligibility.engine.explanation import Explanation
from services.eligibility.engine.resolved_award import resolved_award
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from shared.catalogue.datasets import CATALOGUE
from tests.policy.casefile import PolicyCase, case_files, fen, read_cases
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
CASES = [case for path in case_files() for case in read_cases(path)]
#: Below the lowest tier none is newly reached either; a tender without a reference is undetermined, it never fails.
NEVER_ALONE = {
    ("retail-scale", "lowest-tier"),
    ("platform-scale", "lowest-tier"),
    ("service-centre-grade", "tender"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.award}: {case.name}")
def test_case(case: PolicyCase) -> None:
    known = facts(case.tables)
    interpretations = Interpretations.official_defaults(POLICY).with_changes(case.interpretations)
    years = list(POLICY.possible_years)
    outcomes = evaluate(known, POLICY, interpretations, years, case.decided_on, [case.award], all_enterprises=True)
    rows = {(row["subject"], row["award_year"]): row for row in outcomes.iter_rows(named=True)}
    about = {row["subject"] for row in rows.values() if row["about_known"]}
    for named, by_year in case.expect.items():
        subject = named if named is not None else only(about)
        for year, expected in by_year.items():
            row = rows.get((subject, year))
            assert row is not None, f"no outcome of {subject} in {year}; there are {sorted(rows, key=str)}"
            explained = explain(known, POLICY, interpretations, case.award, subject, year, case.decided_on)
            assert (explained.result, explained.entitlement_fen) == (row["result"], row["entitlement_fen"])
            check(expected, row, explained)


def only(subjects: set[str]) -> str:
    assert len(subjects) == 1, f"name the subject: {sorted(subjects)}"
    return next(iter(subjects))


def several(why: str | list[str]) -> list[str]:
    return [why] if isinstance(why, str) else why


def check(expected: Any, row: dict[str, Any], explained: Explanation) -> None:
    said = {"result": row["result"], "fen": row["entitlement_fen"], "missing": row["missing"]}
    if isinstance(expected, dict):
        ((result, why),) = expected.items()
        assert row["result"] == result, said
        if result == "undetermined":
            assert row["missing"] == sorted(several(why)), said
            return
        failed = [condition.name for condition in explained.conditions if condition.met is False]
        assert failed == [next(iter(why)) if isinstance(why, dict) else why], failed
        if isinstance(why, dict):
            short = {
                condition.short_by.plain() for condition in explained.near_misses if condition.short_by is not None
            }
            assert short == set(why.values()), short
        return
    if expected in ("refused", "undetermined"):
        assert row["result"] == expected, said
        return
    assert row["result"] == "granted", said
    if expected == "in kind":
        assert (row["kind"], row["entitlement_fen"]) == ("in_kind", 0), said
    else:
        assert row["entitlement_fen"] == fen(expected), said


def test_every_award_has_a_case_file() -> None:
    assert {path.stem for path in case_files()} == {award.code for award in POLICY.awards}


def test_every_interpretation_is_tried_every_way() -> None:
    tried = {(name, value) for case in CASES for name, value in case.interpretations.items()}
    wanted = {
        (name, value) for name, interpretation in POLICY.interpretations.items() for value in interpretation.values
    }
    assert not {(n, v) for n, v in wanted - tried if v != POLICY.interpretations[n].default}


def test_every_condition_fails_alone_somewhere() -> None:
    alone = {
        (case.award, next(iter(why)) if isinstance(why, dict) else why)
        for case in CASES
        for by_year in case.expect.values()
        for expected in by_year.values()
        if isinstance(expected, dict)
        for result, why in expected.items()
        if result == "refused"
    }
    own = {(award.code, condition.name) for award in POLICY.awards for condition in award.when}
    assert own - alone == NEVER_ALONE


def test_every_measure_that_the_registry_may_lack_is_missing_somewhere() -> None:
    named = {
        (case.award, missing)
        for case in CASES
        for by_year in case.expect.values()
        for expected in by_year.values()
        if isinstance(expected, dict) and "undetermined" in expected
        for missing in several(expected["undetermined"])
    }
    defaults = Interpretations.official_defaults(POLICY)
    may_lack = {f"{name}.{field.name}" for name, said in CATALOGUE.items() for field in said.fields if field.optional}
    read = {
        (award.code, column.lacking)
        for award in POLICY.awards
        for column in resolved_award(award, defaults).columns
        if column.lacking in may_lack
    }
    assert len({award for award, _ in read}) > len(POLICY.awards) // 2
    assert read <= named
