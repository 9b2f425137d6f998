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


def part(*rows: tuple[int, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["line", "uscc", "year", "online_retail_fen"], orient="row")


@pytest.mark.parametrize("most_hashed", [module._MOST_HASHED, 0], ids=["by hashes", "by the database"])
def test_a_key_that_is_repeated_in_another_part_is_found(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, most_hashed: int
) -> None:
    monkeypatch.setattr(module, "_MOST_HASHED", most_hashed)
    with registry.database.transaction() as connection:
        staging = Staging(connection, SALES)
        staging.add(part((1, A, 2020, 1), (2, B, 2020, 1)))
        staging.add(part((3, A, 2021, 1), (4, A, 2020, 1)))
        staging.add(part((5, B, 2020, 2), (6, C, 2020, 1)))
        conflicts = staging.remove_repetitions()
        assert [*conflicts.select("line", "field", "code").iter_rows()] == [
            (2, "year", "key_conflict"),
            (5, "year", "key_conflict"),
        ]
        assert (staging.rows, staging.unchanged) == (3, 1)


@pytest.mark.parametrize("most_hashed", [module._MOST_HASHED, 0], ids=["by hashes", "by the database"])
def test_keys_that_differ_in_one_field_are_not_repeated(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, most_hashed: int
) -> None:
    monkeypatch.setattr(module, "_MOST_HASHED", most_hashed)
    with registry.database.transaction() as connection:
        staging = Staging(connection, SALES)
        staging.add(part((1, A, 2020, 1), (2, B, 2020, 1)))
        staging.add(part((3, A, 2021, 1), (4, B, 2021, 1)))
        assert staging.remove_repetitions().is_empty()
        assert (staging.rows, staging.unchanged) == (4, 0)
