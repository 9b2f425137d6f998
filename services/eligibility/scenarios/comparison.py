"""Two evaluations of the same awards side by side, award by award. Pure, in whole fen.

`today` is the evaluation with the official interpretations, the policy's own parameters and the registry's facts; `then` is that
of a scenario. Awards are compared by identity, so an award given once stays the same award when it moves to another year.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from services.eligibility.engine.outcomes import GRANTED, OUTCOME_SCHEMA, REFUSED, UNDETERMINED
from services.eligibility.evaluation_jobs.domain import identity_year
from services.eligibility.rules.domain import Policy

GAINED, LOST, RAISED, LOWERED, MOVED, SAME = CHANGES = ("gained", "lost", "raised", "lowered", "moved", "same")
"""`moved`: the same money to another payee, in another jurisdiction or for another award year."""

_IDENTITY = ["award", "subject", "identity_year"]
_CASE = ["award", "subject", "award_year"]
_TODAY = ("award_year", "payee_uscc", "payee_name", "jurisdiction", "entitlement_fen", "instalments")

COMPARED = pl.Schema(
    {
        **{name: dtype for name, dtype in OUTCOME_SCHEMA.items() if name != "about_known"},
        "identity_year": pl.Int32(),
        **{f"today_{name}": OUTCOME_SCHEMA[name] for name in _TODAY},
        "today_result": pl.String(),
        "change": pl.String(),
    }
)
"""The outcome of a scenario with today's beside it. An award that only today grants has the result `refused`."""


def compare(then: pl.DataFrame, today: pl.DataFrame, policy: Policy, award_years: Sequence[int]) -> pl.DataFrame:
    """Return COMPARED rows, sorted: each award of either side once, if its year is among `award_years` on one of them."""
    then, today = (each.with_columns(identity_year=identity_year(policy)) for each in (then, today))
    open_then = then.filter((pl.col("result") == UNDETERMINED) & pl.col("about_known"))
    granted_today = today.filter(pl.col("result") == GRANTED).select(
        *_IDENTITY,
        *(pl.col(name).alias(f"today_{name}") for name in _TODAY),
        pl.lit(GRANTED).alias("today_result"),
        pl.col("kind").alias("today_kind"),
    )
    granted = then.filter(pl.col("result") == GRANTED).join(granted_today, on=_IDENTITY, how="left", nulls_equal=True)
    only_today = granted_today.join(granted, on=_IDENTITY, how="anti", nulls_equal=True)
    in_its_year = only_today.with_columns(award_year="today_award_year")
    still_open = open_then.join(in_its_year.drop("identity_year"), on=_CASE, how="left", nulls_equal=True)
    lost = in_its_year.join(open_then, on=_CASE, how="anti", nulls_equal=True).select(
        *_CASE,
        "identity_year",
        *(f"today_{name}" for name in _TODAY),
        "today_result",
        pl.lit(REFUSED).alias("result"),
        pl.col("today_kind").alias("kind"),
        pl.lit(0, dtype=pl.Int64).alias("entitlement_fen"),
        *(pl.col(f"today_{name}").alias(name) for name in ("payee_uscc", "payee_name", "jurisdiction")),
        *(pl.lit([], dtype=OUTCOME_SCHEMA[name]).alias(name) for name in ("instalments", "missing", "flags")),
    )
    both = pl.concat([granted, still_open, lost], how="diagonal")
    open_today = today.filter(pl.col("result") == UNDETERMINED).select(*_CASE, open_today=True)
    years = pl.Series(award_years, dtype=pl.Int32).implode()
    in_years = pl.col("award_year").is_in(years) | pl.col("today_award_year").is_in(years)
    return (
        both.filter(in_years | (pl.col("award_year").is_null()))
        .join(open_today.unique(), on=_CASE, how="left", nulls_equal=True)
        .with_columns(
            today_result=pl.coalesce(
                "today_result", pl.when(pl.col("open_today")).then(pl.lit(UNDETERMINED)), pl.lit(REFUSED)
            ),
            today_entitlement_fen=pl.col("today_entitlement_fen").fill_null(0),
        )
        .with_columns(change=_change())
        .select(COMPARED.names())
        .cast(COMPARED)
        .sort("award", "subject", "award_year", nulls_last=True)
    )


def _change() -> pl.Expr:
    granted, before = pl.col("result") == GRANTED, pl.col("today_result") == GRANTED
    fen, today = pl.col("entitlement_fen"), pl.col("today_entitlement_fen")
    elsewhere = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"today_{name}")) for name in ("payee_uscc", "jurisdiction", "award_year")
    )
    return (
        pl.when(granted & ~before).then(pl.lit(GAINED))
        .when(before & ~granted).then(pl.lit(LOST))
        .when(~granted).then(pl.lit(SAME))
        .when(fen > today).then(pl.lit(RAISED))
        .when(fen < today).then(pl.lit(LOWERED))
        .when(elsewhere).then(pl.lit(MOVED))
        .otherwise(pl.lit(SAME))
    )  # fmt: skip
