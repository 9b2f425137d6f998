"""Acts on facts: imports, rows, drafts and challenges, by the registry's operations."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts.domain import QUERY, REASON, Act, Field
from services.desk.acts.records import CLEARING, acts_on_records
from services.desk.datasets import TITLES
from shared.i18n import N_

ACTS: Mapping[str, Act] = {
    "start_import": Act(
        N_("Import the file"),
        (
            Field("file", N_("File"), "file", help=N_("Excel (.xlsx, .xls, .xlsb), .ods, CSV or NDJSON")),
            Field(
                f"{QUERY}dataset",
                N_("What it holds"),
                "choice",
                required=False,
                choices={"": N_("several tables: a sheet for each, under its name"), **TITLES},
                help=N_("To be chosen for CSV and NDJSON; the sheets of a workbook may name their tables."),
            ),
            Field(
                f"{QUERY}sheet",
                N_("Sheet"),
                required=False,
                help=N_("The name of the one sheet to read; left empty, those that hold tables are read"),
            ),
            Field(
                f"{QUERY}mode",
                N_("If some rows are wrong"),
                "choice",
                choices={
                    "accept_valid": N_("store the good rows and give the wrong ones back"),
                    "all_or_nothing": N_("store nothing"),
                },
                preset="accept_valid",
            ),
            CLEARING,
            Field(
                f"{QUERY}dry_run",
                N_("Store it"),
                "choice",
                choices={"false": N_("yes"), "true": N_("no, only check it")},
                preset="false",
            ),
            Field(
                f"{QUERY}source",
                N_("Where it comes from"),
                required=False,
                help=N_("Left empty, the name of the file"),
            ),
            Field(f"{QUERY}reason", N_("Why it is imported"), required=False),
        ),
        job="import",
        file_name="source",
    ),
    "correct_import": Act(
        N_("Send the corrected rows again"),
        (
            Field("sheet", "", "hidden"),
            Field("rows.*.line", "", "hidden"),
            Field("rows.*.cells.*.column", "", "hidden"),
            Field("rows.*.cells.*.value", N_("Corrected value"), required=False, empty=""),
        ),
        job="import",
    ),
    "confirm_draft": Act(
        N_("Confirm the draft"), warning=N_("It becomes a fact, and what rests on it is evaluated again.")
    ),
    "discard_draft": Act(N_("Discard the draft"), (REASON,), is_grave=True),
    "resolve_challenge": Act(
        N_("Answer the challenge"),
        (
            Field(
                "outcome",
                N_("Outcome"),
                "choice",
                choices={
                    "corrected": N_("the fact was corrected"),
                    "dismissed": N_("the fact is right as it is"),
                },
            ),
            Field(
                "revision",
                N_("Revision that corrected it"),
                "whole",
                required=False,
                help=N_("Of a correction alone: correct the row first, then name the revision that did it."),
            ),
            REASON,
        ),
    ),
    **dict(acts_on_records()),
}
