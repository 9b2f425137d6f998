"""The sample of `make demo`: its files read as they are, all but the wrong rows, and its rows grant every award of the policy."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest

from deploy.local.sample import files
from deploy.local.sample.domain import AWARD_YEARS
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from services.registry.imports.domain import Part
from services.registry.imports.tabular_file import open_tables
from services.registry.seed import SEEDED
from shared.catalogue.checks import check_cells
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.validation_errors import no_errors
from shared.policies import POLICIES

TODAY = date(2026, 3, 1)
POLICY = load_policy("lishui-2020-1")
REFERENCE = POLICIES["lishui-2020-1"].folder / "reference"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Part]]:
    """The parts of the sample's files, by dataset."""
    found: dict[str, list[Part]] = {}
    for file in files.write(files.make(), tmp_path_factory.mktemp("sample")):
        with file.path.open("rb") as content:
            dataset = CATALOGUE[file.dataset] if file.dataset else None
            tables, _ = open_tables(content, dataset, None, TODAY, 1 << 28)
            found |= {table.dataset.name: list(table.parts()) for table in tables}
    return found


def test_all_rows_are_taken_but_the_wrong_ones(read: dict[str, list[Part]]) -> None:
    refused = Counter({name: parts[-1].checked.errors["line"].n_unique() for name, parts in read.items()})
    elsewhere = Counter({"annual_sales": 1})  # an enterprise that is not on record: the database knows
    assert refused + elsewhere == Counter({name: len(rows) for name, rows in files.WRONG.items()})
    accepted = {name: sum(part.checked.rows.height for part in parts) for name, parts in read.items()}
    rows = files.make().rows
    assert Counter(accepted) - elsewhere == Counter({name: len(each) for name, each in rows.items()})


def test_every_award_is_granted(read: dict[str, list[Part]]) -> None:
    frames = {
        name: pl.concat([part.checked.rows.select(CATALOGUE[name].names) for part in parts])
        for name, parts in read.items()
        if not CATALOGUE[name].sensitive
    }
    for name in SEEDED:
        cells = pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False).with_row_index("line")
        cells = cells.with_columns(pl.col("line").cast(pl.Int64))
        checked = check_cells(CATALOGUE[name], cells, hundredths=(), errors=no_errors(), today=TODAY)
        frames[name] = checked.rows.select(CATALOGUE[name].names)
    outcomes = evaluate(Facts.of(frames), POLICY, Interpretations.official_defaults(POLICY), list(AWARD_YEARS), TODAY)
    granted = outcomes.filter(pl.col("result") == "granted")
    assert set(granted["award"]) == {award.code for award in POLICY.awards}


def test_what_is_corrected_is_right() -> None:
    wrong = [[row.get(item.name, "") for item in CATALOGUE[files.FORM].fields] for row in files.WRONG[files.FORM]]
    cells = {files.CORRECTIONS.get(cell, cell) for row in wrong for cell in row}
    assert not cells & set(files.CORRECTIONS)
