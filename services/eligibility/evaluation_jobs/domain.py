"""What an evaluation covers, and its outcomes as candidates for decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import polars as pl

from services.eligibility.decisions.proposals import CANDIDATE_SCHEMA
from services.eligibility.rules.domain import Policy
from shared.identifiers import award_id

EVALUATION = "evaluation"
"""The kind of an evaluation's job."""


class Occasion(StrEnum):
    """Why an evaluation was started."""

    REQUEST = "request"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class EvaluationTask:
    """An evaluation as it is queued: requested by a person, or started because facts were corrected.

    After a correction an open first proposal keeps its decision day, as a version in force keeps its first version's.
    """

    policy: str
    award_years: Sequence[int]
    scope: Literal["all"] | Sequence[str]
    decided_on: date
    occasion: Occasion = Occasion.REQUEST
    proposes_new: bool = True
    """Whether awards without a decision may be proposed."""
    round_id: UUID | None = None

    @classmethod
    def of(cls, job_input: Mapping[str, Any]) -> EvaluationTask:
        """Return the evaluation that a job's input describes."""
        return cls(
            policy=job_input["policy"],
            award_years=job_input["award_years"],
            scope=job_input["scope"],
            decided_on=date.fromisoformat(job_input["decided_on"]),
            occasion=Occasion(job_input.get("occasion", Occasion.REQUEST)),
            proposes_new=job_input.get("proposes_new", True),
            round_id=UUID(job_input["round_id"]) if job_input.get("round_id") else None,
        )

    def job_input(self) -> dict[str, Any]:
        """Return the evaluation as the input of a job. Without a round it names none: workers of 0.1.0 refuse the word."""
        written = asdict(self) | {"decided_on": self.decided_on.isoformat()}
        round_id = written.pop("round_id")
        return written | ({"round_id": str(round_id)} if round_id else {})


def candidates(outcomes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the granted `outcomes` with CANDIDATE_SCHEMA, each with the identity of its award."""
    articles = {award.code: str(award.article.number) for award in policy.awards}
    granted = outcomes.filter(pl.col("result") == "granted").with_columns(
        identity_year=identity_year(policy),
        article=pl.col("award").replace_strict(articles, return_dtype=pl.String),
    )
    keys = granted.select("award", "subject", "identity_year").iter_rows()
    identities = [str(award_id(policy.code, award, subject, year)) for award, subject, year in keys]
    return granted.select(
        pl.Series("award_id", identities, dtype=pl.String),
        "award",
        "article",
        "subject",
        "identity_year",
        "award_year",
        "payee_uscc",
        "payee_name",
        "jurisdiction",
        "kind",
        "entitlement_fen",
        _json_parts(pl.col("instalments")).alias("parts"),
        array_literal(pl.col("flags")).alias("flags"),
    ).cast(dict(CANDIDATE_SCHEMA))  # type: ignore[arg-type]


def _json_parts(instalments: pl.Expr) -> pl.Expr:
    written = pl.element().struct.json_encode()
    return pl.lit("[") + instalments.list.eval(written).list.join(",") + pl.lit("]")


def array_literal(texts: pl.Expr) -> pl.Expr:
    """Write lists of codes as PostgreSQL array literals; every element is quoted."""
    quoted = (
        pl.lit('"')
        + pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        + '"'
    )
    return pl.lit("{") + texts.list.eval(quoted).list.join(",") + pl.lit("}")


def identity_year(policy: Policy) -> pl.Expr:
    """Return the year that is part of an award's identity: null for an award given once."""
    return pl.when(pl.col("award").is_in(award_codes(policy, once=True))).then(None).otherwise(pl.col("award_year"))


def award_codes(policy: Policy, *, once: bool) -> list[str]:
    """Return the codes of the awards given once, or of the yearly ones."""
    return [award.code for award in policy.awards if award.about.once is once]
