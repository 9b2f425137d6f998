"""Rows of an explanation get source, day and revision; what cannot be found out is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.eligibility.decisions.provenance import MOST_ROWS, with_provenance
from shared.errors import Unavailable

FOUND = {"source": "邮政管理局报送", "recorded_on": "2022-02-01", "revision": 7}


def explained(count: int = 1) -> dict[str, Any]:
    rows = [
        {"dataset": "courier_years", "key": {"uscc": "A", "year": year}, "source": None, "revision": None}
        for year in range(count)
    ]
    return {"conditions": [{"facts": [], "within": [{"facts": rows}]}, {"facts": [dict(rows[0])]}]}


def test_the_same_row_is_asked_for_once() -> None:
    asked = []

    def lookup(dataset: str, key: Mapping[str, Any], revision: int) -> dict[str, Any]:
        asked.append((dataset, dict(key), revision))
        return FOUND

    shown = with_provenance(explained(), lookup, 9)
    assert asked == [("courier_years", {"uscc": "A", "year": 0}, 9)]
    first, second = shown["conditions"][0]["within"][0]["facts"][0], shown["conditions"][1]["facts"][0]
    assert (shown["provenance"], first["revision"], second["source"]) == ("complete", 7, FOUND["source"])


def test_a_row_that_is_gone_stays_without() -> None:
    shown = with_provenance(explained(), lambda *_: None, 9)
    assert (shown["provenance"], shown["conditions"][1]["facts"][0]["source"]) == ("complete", None)


def test_very_many_rows_are_not_all_asked_for() -> None:
    assert with_provenance(explained(MOST_ROWS + 1), lambda *_: FOUND, 9)["provenance"] == "partial"


def test_it_is_said_while_the_registry_does_not_answer() -> None:
    def lookup(*_: object) -> None:
        raise Unavailable("The registry does not answer.")

    assert with_provenance(explained(), lookup, 9)["provenance"] == "unavailable"
