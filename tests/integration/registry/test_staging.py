"""Rows that are staged in parts are one change set: keys are told apart across parts, by their hashes or by the database."""

from __future__ import annotations

import polars as pl
import pytest

from services.registry.revisions import staging as module
from services.registry.revisions.staging import Staging
from shared.catalogue.datasets import CATALOGUE
from tests.integration.registry.conftest import Registry, uscc

A, B, C = uscc(1), uscc(2), uscc(3)
SALES = CATALOGUE["annual_sales"]


CASES = {
    "equal, other content and alone": (
        [[(1, A, 2020, 1), (2, B, 2020, 1)], [(3, A, 2021, 1), (4, A, 2020, 1)], [(5, B, 2020, 2), (6, C, 2020, 1)]],
        ([2, 5], 3, 1),
    ),
    "different in one field of the key": (
        [[(1, A, 2020, 1), (2, B, 2020, 1)], [(3, A, 2021, 1), (4, B, 2021, 1)]],
        ([], 4, 0),
    ),
    "nothing": ([], ([], 0, 0)),
}
"""Parts of rows; the lines that are refused, how many rows are left, and how many say the same again."""


@pytest.mark.parametrize("most_hashed", [module._MOST_HASHED, 0], ids=["by hashes", "by the database"])
@pytest.mark.parametrize(("parts", "expected"), CASES.values(), ids=CASES)
def test_keys_are_told_apart_across_parts(
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    most_hashed: int,
    parts: list[list[tuple[int, str, int, int]]],
    expected: tuple[list[int], int, int],
) -> None:
    monkeypatch.setattr(module, "_MOST_HASHED", most_hashed)
    with registry.database.transaction() as connection:
        staging = Staging(connection, SALES)
        for rows in parts:
            staging.add(pl.DataFrame(rows, schema=["line", "uscc", "year", "online_retail_fen"], orient="row"))
        conflicts = staging.remove_repetitions()
        assert (conflicts.get_column("line").to_list(), staging.rows, staging.unchanged) == expected
        assert set(conflicts.get_column("code")) <= {"key_conflict"}
