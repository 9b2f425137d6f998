"""Where the rows of an explanation come from: source, day and revision, which the registry alone knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.errors import Unavailable

#: The most rows that are looked up for one explanation.
MOST_ROWS = 200


#: From dataset, key and revision: source, day and revision of a row; None where there is none.
Lookup = Callable[[str, Mapping[str, Any], int], dict[str, Any] | None]


def with_provenance(explanation: dict[str, Any], lookup: Lookup, revision: int) -> dict[str, Any]:
    """Fill in where the rows of an explanation come from, as known at `revision`, asking the registry by `lookup`.

    `provenance` says whether all of it is known: `complete`, `partial` for more than `MOST_ROWS` rows, or `unavailable` while the
    registry does not answer. A row that the registry no longer shows stays without.
    """
    rows: dict[tuple[str, tuple[tuple[str, Any], ...]], list[dict[str, Any]]] = {}
    for row in _rows(explanation["conditions"]):
        rows.setdefault((row["dataset"], tuple(row["key"].items())), []).append(row)
    known = "complete" if len(rows) <= MOST_ROWS else "partial"
    try:
        for (dataset, key), same in list(rows.items())[:MOST_ROWS]:
            found = lookup(dataset, dict(key), revision) or {}
            for row in same:
                row.update(found)
    except Unavailable:
        known = "unavailable"
    return explanation | {"provenance": known}


def _rows(conditions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for condition in conditions:
        yield from condition["facts"]
        yield from _rows(condition.get("within", []))
