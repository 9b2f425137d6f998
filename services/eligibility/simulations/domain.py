"""What a simulation costs beside today, per award, jurisdiction and budget; who gains and who loses. Pure, in whole fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.engine.outcomes import GRANTED
from services.eligibility.whatif.arrangements import Arrangement, Share
from shared.money import MAX_FEN

_WIDE = pl.Int128
_SIDES: Mapping[str, str] = {"amount_fen": "", "today_fen": "today_"}


NOBODY = {"gaining": 0, "losing": 0, "unchanged": 0, "gained_fen": 0, "lost_fen": 0}
"""Figures of `payees` where nobody gets anything."""


class TooMuchError(ValueError):
    """A sum that passes 2^53 − 1 fen, the largest that every reader of JSON carries exactly."""


def cost(compared: pl.DataFrame) -> list[dict[str, Any]]:
    """Return per award and jurisdiction how many are granted, and the money, then and today."""
    keys = ["award", "jurisdiction"]
    then = _granted(compared, "").group_by(keys).agg(awards=pl.len(), entitlement_fen=_sum("entitlement_fen"))
    today = _granted(compared, "today_").group_by(keys).agg(today_awards=pl.len(), today_fen=_sum("entitlement_fen"))
    joined = then.join(today, on=keys, how="full", coalesce=True, nulls_equal=True)
    return _rows(joined.with_columns(pl.exclude(keys).fill_null(0)), keys)


def budgets(compared: pl.DataFrame, decided_on: date, arrangement: Arrangement | None) -> list[dict[str, Any]]:
    """Return per jurisdiction, unit and due year what falls due, then and today.

    Each instalment is split by differences of cumulated floors, the remainder with the unit that the arrangement names, as
    payout splits. `unit` is empty for money that would wait for an arrangement.
    """
    keys = ["jurisdiction", "unit", "due_year"]
    sides = []
    for name, prefix in _SIDES.items():
        parts = _instalments(_granted(compared, prefix), decided_on)
        split = _split(parts, _rules(parts, arrangement))
        sides.append(split.group_by(keys).agg(_sum("fen").alias(name)))
    joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, nulls_equal=True)
    return _rows(joined.with_columns(pl.exclude(keys).fill_null(0)), keys)


def payees(compared: pl.DataFrame) -> list[dict[str, Any]]:
    """Return how many payees gain or lose money in all, and how much, in each jurisdiction and (`jurisdiction` empty) overall."""
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
    """Return how many awards change in which way, by the jurisdiction that they have or had."""
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


def _instalments(granted: pl.DataFrame, decided_on: date) -> pl.DataFrame:
    """One row per instalment, with the entitlement up to and before it."""
    return (
        granted.lazy()
        .select("award", "jurisdiction", "instalments")
        .with_row_index("case")
        .explode("instalments", empty_as_null=False)
        .unnest("instalments")
        .sort("case", "number")
        .with_columns(fen=pl.col("amount_fen").cast(_WIDE))
        .with_columns(up_to=pl.col("fen").cum_sum().over("case"))
        .with_columns(before=pl.col("up_to") - pl.col("fen"))
        .select(
            "award",
            "jurisdiction",
            "fen",
            "up_to",
            "before",
            due_year=pl.lit(decided_on.year, dtype=pl.Int32) + pl.col("due_offset_years"),
        )
        .collect()
    )


_RULES = pl.Schema(
    {"award": pl.String(), "jurisdiction": pl.String(), "unit": pl.String(), "numerator": pl.Int64(),
     "denominator": pl.Int64(), "rest": pl.Boolean()}
)  # fmt: skip


def _rules(parts: pl.DataFrame, arrangement: Arrangement | None) -> pl.DataFrame:
    """The shares of each award and jurisdiction that occur: a row that names the award goes before `*`."""
    by_row: dict[tuple[str, str], list[Share]] = {}
    for share in arrangement.shares if arrangement else ():
        by_row.setdefault((share.jurisdiction, share.award), []).append(share)
    found = [
        (award, jurisdiction, s.unit, s.numerator, s.denominator, s.takes_remainder)
        for award, jurisdiction in parts.select("award", "jurisdiction").unique().iter_rows()
        for s in by_row.get((jurisdiction, award)) or by_row.get((jurisdiction, "*")) or ()
    ]
    return pl.DataFrame(found, schema=_RULES, orient="row")


def _split(parts: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Jurisdiction, unit, due year and fen: floors of all units but the one that takes the remainder, which has the rest."""
    keys = ["award", "jurisdiction"]
    floors = pl.col("numerator").cast(_WIDE), pl.col("denominator").cast(_WIDE)
    up_to, before = (pl.col(name) * floors[0] // floors[1] for name in ("up_to", "before"))
    shared = parts.join(rules.filter(~pl.col("rest")), on=keys).with_columns(fen=up_to - before)
    taken = shared.group_by(*keys, "due_year").agg(taken=_sum("fen"))
    rest = (
        parts.group_by(*keys, "due_year")
        .agg(fen=_sum("fen"))
        .join(taken, on=[*keys, "due_year"], how="left")
        .with_columns(fen=pl.col("fen") - pl.col("taken").fill_null(0))
        .join(rules.filter("rest"), on=keys, how="left")
    )
    shown = ("jurisdiction", "unit", "due_year", "fen")
    return pl.concat([shared.select(shown), rest.select(shown)])


def _rows(frame: pl.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    found = frame.sort(keys, nulls_last=True).to_dicts()
    if any(abs(value) > MAX_FEN for row in found for value in row.values() if isinstance(value, int)):
        raise TooMuchError
    return found
