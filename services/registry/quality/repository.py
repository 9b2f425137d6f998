"""Find the rows with a sign: sign by sign, each in the order of its keys, until the page is full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, text

from services.registry.quality.domain import SIGNS, Sign
from services.registry.revisions.reading import View
from services.registry.revisions.sql import codes_array, listed, names_any_of, owner_at, rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.policies import POLICIES


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

    `signs` are the places in SIGNS to read, `naming` an enterprise, `after` the last (sign, key) of the page before.
    """
    found: list[dict[str, Any]] = []
    sources = _sources(revision, view)
    for place in signs:
        if after is not None and place < after[0]:
            continue
        behind = after[1] if after is not None and place == after[0] else ""
        statement = text(_statement(SIGNS[place], sources, view, revision, naming))
        rows = connection.execute(statement, {"after": behind, "limit": limit + 1 - len(found)})
        found += [
            {"sign": place, "key_text": row.key_text, "key": orjson.loads(row.key_text), "uscc": row.uscc}
            for row in rows
        ]
        if len(found) > limit:
            break
    return found


def _sources(revision: int, view: View) -> dict[str, str]:
    """Return what replaces the placeholders of a sign: every dataset's rows at the revision, the award years, and the day."""
    years = [year for policy in POLICIES.values() for year in policy.award_years]
    return {
        **{name: f"({rows_at(dataset, revision)})" for name, dataset in CATALOGUE.items()},
        "award_years": f"(SELECT CAST(generate_series({min(years)}, {max(years)}) AS bigint) AS year)",
        "today": view.today.isoformat(),
    }


def _statement(sign: Sign, sources: Mapping[str, str], view: View, revision: int, naming: str | None) -> str:
    dataset = CATALOGUE[sign.dataset]
    source = (sign.source or f"{{{dataset.name}}}").format_map(sources)
    conditions = [f"({sign.where.format_map(sources)})", view.condition(dataset, revision)]
    if naming is not None:
        conditions.append(names_any_of(dataset, codes_array([naming]), revision))
    return f"""
        SELECT * FROM (
            SELECT CAST(json_build_array({listed(dataset.key, "r.")}) AS text) COLLATE "C" AS key_text,
                   {owner_at(dataset, "r", revision)} AS uscc
            FROM {source} AS r WHERE {" AND ".join(conditions)}) AS warned
        WHERE key_text > :after ORDER BY key_text LIMIT :limit
    """
