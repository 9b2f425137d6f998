"""From outcomes to candidates for decisions: the same facts in the shape of the decisions' table."""

from __future__ import annotations

import polars as pl

from services.eligibility.decisions.proposals import CANDIDATE_SCHEMA
from services.eligibility.rules.domain import Policy
from shared.identifiers import award_id


def candidates(outcomes: pl.DataFrame, book: Policy) -> pl.DataFrame:
    """Return the granted ones among `outcomes` with CANDIDATE_SCHEMA, each with its identity."""
    articles = {award.code: str(award.article.number) for award in book.awards}
    granted = outcomes.filter(pl.col("result") == "granted").with_columns(
        identity_year=identity_year(book),
        article=pl.col("award").replace_strict(articles, return_dtype=pl.String),
    )
    keys = granted.select("award", "subject", "identity_year").iter_rows()
    identities = [str(award_id(book.code, award, subject, year)) for award, subject, year in keys]
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


def identity_year(book: Policy) -> pl.Expr:
    """The year that is part of an outcome's identity: none for an award given once."""
    return pl.when(pl.col("award").is_in(award_codes(book, once=True))).then(None).otherwise(pl.col("award_year"))


def award_codes(book: Policy, *, once: bool) -> list[str]:
    """Return the codes of the awards given once, or of the yearly ones."""
    return [award.code for award in book.awards if award.about.once is once]
