"""Looking for signs: sign by sign, each in the order of its keys, until the page is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, text

from services.registry.quality.domain import SIGNS, Sign
from services.registry.revisions.reading import View
from services.registry.revisions.sql import codes_array, listed, names_any_of, owner_at, rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset


class _Rows(Mapping[str, str]):
    """Every dataset's rows at one revision, as a subquery by the dataset's name; and `today`."""

    def __init__(self, revision: int, today: str) -> None:
        self._revision = revision
        self._today = today

    def __getitem__(self, name: str) -> str:
        return self._today if name == "today" else f"({rows_at(CATALOGUE[name], self._revision)})"

    def __iter__(self) -> Iterator[str]:
        return iter(CATALOGUE)

    def __len__(self) -> int:
        return len(CATALOGUE)


def warnings(
    connection: Connection,
    view: View,
    *,
    revision: int,
    signs: Sequence[int],
    naming: str | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 warnings: `sign` (its place in SIGNS), `key_text` and the enterprise.

    `signs` are the places to look at, `naming` an enterprise, `after` the (sign, key) of the page before.
    """
    found: list[dict[str, Any]] = []
    for place in signs:
        if after is not None and place < after[0]:
            continue
        behind = after[1] if after is not None and place == after[0] else ""
        statement = text(_statement(SIGNS[place], view, revision, naming))
        rows = connection.execute(statement, {"after": behind, "limit": limit + 1 - len(found)})
        found += [
            {"sign": place, "key_text": row.key_text, "key": orjson.loads(row.key_text), "uscc": row.uscc}
            for row in rows
        ]
        if len(found) > limit:
            break
    return found


def _statement(sign: Sign, view: View, revision: int, naming: str | None) -> str:
    dataset = CATALOGUE[sign.dataset]
    rows = _Rows(revision, view.today.isoformat())
    source = (sign.source or f"{{{dataset.name}}}").format_map(rows)
    conditions = [f"({sign.where.format_map(rows)})", *_concerning(dataset, view, revision, naming)]
    key = f'CAST(json_build_array({listed(dataset.key, "r.")}) AS text) COLLATE "C"'
    return (
        f"SELECT * FROM (SELECT {key} AS key_text, {owner_at(dataset, 'r', revision)} AS uscc"
        f" FROM {source} AS r WHERE {' AND '.join(conditions)}) AS warned"
        " WHERE key_text > :after ORDER BY key_text LIMIT :limit"
    )


def _concerning(dataset: Dataset, view: View, revision: int, naming: str | None) -> Iterator[str]:
    yield view.condition(dataset, revision)
    if naming is not None:
        yield names_any_of(dataset, codes_array([naming]), revision)
