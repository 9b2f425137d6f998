"""Jobs that ask for nothing new are written so that workers of 0.1.0 do them: those refuse a word that they do not know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from services.eligibility.evaluation_jobs.domain import EvaluationTask
from services.eligibility.scenarios.domain import Scenario
from services.registry.imports.domain import ImportOptions, Mode
from services.registry.revisions.domain import Clearing
from shared.media_types import CSV

DAY = date(2026, 3, 2)
IMPORT = ImportOptions("enterprises", Mode.ACCEPT_VALID, dry_run=False, media_type=CSV)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (IMPORT.as_input(), {"dataset", "mode", "dry_run", "media_type", "sheet", "source", "reason"}),
        (
            EvaluationTask("lishui-2020-1", [2023], "all", DAY).job_input(),
            {"policy", "award_years", "scope", "decided_on", "occasion", "proposes_new"},
        ),
        (
            Scenario("lishui-2020-1", [2023], DAY, {}, {}, {}).job_input(),
            {"policy", "award_years", "decided_on", "facts", "interpretations", "parameters", "facts_revision"},
        ),
    ],
    ids=["import", "evaluation", "simulation"],
)
def test_a_job_says_nothing_that_0_1_0_does_not_know(written: Mapping[str, Any], known: set[str]) -> None:
    assert written.keys() <= known


@pytest.mark.parametrize(
    "options", [IMPORT, ImportOptions(None, Mode.ALL_OR_NOTHING, True, CSV, Clearing.ALLOW, "Sheet1", "s", "r")]
)
def test_an_import_is_read_as_it_was_written(options: ImportOptions) -> None:
    assert ImportOptions.of_input(options.as_input()) == options
