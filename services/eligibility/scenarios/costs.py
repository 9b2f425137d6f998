"""What a simulation costs beside today, per award, jurisdiction and budget, and who gains or loses. Pure, in whole fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.engine.outcomes import GRANTED
from shared.errors import Invalid
from shared.fiscal_split import SplitRule, rule_for, split
from shared.money import MAX_FEN

_WIDE = pl.Int128
_SIDES: Mapping[str, str] = {"amount_fen": "", "today_fen": "today_"}


NOBODY = {"gaining": 0, "losing": 0, "unchanged": 0, "gained_fen": 0, "lost_fen": 0}
"""The figures of `payees` if nobody gets anything."""


def cost(compared: pl.DataFrame) -> list[dict[str, Any]]:
    """Return how many awards are granted, and the money, then and today, per award and jurisdiction."""
    keys = ["award", "jurisdiction"]
    then = _granted(compared, "").group_by(keys).agg(awards=pl.len(), entitlement_fen=_sum("entitlement_fen"))
    today = _granted(compared, "today_").group_by(keys).agg(today_awards=pl.len(), today_fen=_sum("entitlement_fen"))
    joined = then.join(today, on=keys, how="full", coalesce=True, nulls_equal=True)
    return _rows(joined.with_columns(pl.exclude(keys).fill_null(0)), keys)


def budgets(
    compared: pl.DataFrame, decided_on: date, rules: Mapping[tuple[str, str], SplitRule]
) -> list[dict[str, Any]]:
    """Return what falls due then and today, per jurisdiction, unit and due year, split as payout splits it.

    `rules` by (jurisdiction, award or `*`). `unit` is empty for money that would wait for an arrangement.
    """
    totals: dict[tuple[str | None, str | None, int], dict[str, int]] = {}
    for name, prefix in _SIDES.items():
        for award, jurisdiction, offsets, amounts, awards in _equal_instalments(_granted(compared, prefix)).iter_rows():
            rule = rule_for(rules, jurisdiction, award)
            for unit, parts in split(amounts, rule) if rule else [(None, amounts)]:
                for offset, fen in zip(offsets, parts, strict=True):
                    key = (jurisdiction, unit, decided_on.year + offset)
                    totals.setdefault(key, dict.fromkeys(_SIDES, 0))[name] += fen * awards
    keys = ("jurisdiction", "unit", "due_year")
    ordered = sorted(totals.items(), key=lambda item: [(part is None, part) for part in item[0]])
    return _checked([dict(zip(keys, key, strict=True)) | sums for key, sums in ordered])


def payees(compared: pl.DataFrame) -> list[dict[str, Any]]:
    """Return how many payees gain or lose money in total, and how much, per jurisdiction and (`jurisdiction` empty) overall."""
    sides = [
        _granted(compared, prefix).select(
            "jurisdiction", "payee_uscc", fen=pl.col("entitlement_fen").cast(_WIDE) * (1 if not prefix else -1)
        )
        for prefix in _SIDES.values()
    ]
    both = pl.concat(sides)
    counted = [
        part.group_by("jurisdiction", "payee_uscc")
        .agg(pl.col("fen").sum())
        .group_by("jurisdiction")
        .agg(
            gaining=(pl.col("fen") > 0).sum(),
            losing=(pl.col("fen") < 0).sum(),
            unchanged=(pl.col("fen") == 0).sum(),
            gained_fen=pl.col("fen").filter(pl.col("fen") > 0).sum(),
            lost_fen=(-1 * pl.col("fen")).filter(pl.col("fen") < 0).sum(),
        )
        for part in (both.with_columns(jurisdiction=pl.lit(None, dtype=pl.String)), both)
    ]
    return _rows(pl.concat(counted), ["jurisdiction"])


def changes(compared: pl.DataFrame) -> list[dict[str, Any]]:
    """Return how many awards change in which way, by jurisdiction (today's for awards that would be lost)."""
    place = pl.coalesce("jurisdiction", "today_jurisdiction")
    keys = ["jurisdiction", "change"]
    return _rows(compared.group_by(place.alias("jurisdiction"), "change").agg(awards=pl.len()), keys)


def _granted(compared: pl.DataFrame, prefix: str) -> pl.DataFrame:
    result = "result" if not prefix else "today_result"
    names = ("jurisdiction", "payee_uscc", "entitlement_fen", "instalments")
    return compared.filter(pl.col(result) == GRANTED).select(
        "award", *(pl.col(f"{prefix}{name}").alias(name) for name in names)
    )


def _sum(name: str) -> pl.Expr:
    return pl.col(name).cast(_WIDE).sum()


def _equal_instalments(granted: pl.DataFrame) -> pl.DataFrame:
    """Return how many awards of a code and jurisdiction have the same instalments: those are split once."""
    part = pl.element().struct
    return (
        granted.lazy()
        .select(
            "award",
            "jurisdiction",
            offsets=pl.col("instalments").list.eval(part.field("due_offset_years")),
            amounts=pl.col("instalments").list.eval(part.field("amount_fen")),
        )
        .group_by("award", "jurisdiction", "offsets", "amounts")
        .agg(awards=pl.len())
        .collect()
    )


def _rows(frame: pl.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    return _checked(frame.sort(keys, nulls_last=True).to_dicts())


def _checked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if any(abs(value) > MAX_FEN for row in rows for value in row.values() if isinstance(value, int)):
        raise Invalid("The sums exceed 2^53 - 1 fen, the largest that JSON carries exactly. Use smaller numbers.")
    return rows
