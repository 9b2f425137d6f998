"""Use cases of evaluations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, text

from services.eligibility.decisions.proposals import Basis, hold_proposals, keep_documents, propose
from services.eligibility.decisions.tables import outcomes as outcomes_table
from services.eligibility.evaluation import ENGINE_VERSION
from services.eligibility.evaluation.closure import inputs
from services.eligibility.evaluations import domain
from services.eligibility.evaluations.judging import FIRST_DAYS, PAIRS, Standing, judge
from services.eligibility.evaluations.schemas import EvaluationRequest
from services.eligibility.facts.catalogue import Facts
from services.eligibility.facts.registry import RegistryFacts
from services.eligibility.policies.handlers import official_readings, policy_book
from services.eligibility.policy.book import Book
from services.eligibility.policy.canonical import sha256
from shared.clock import calendar_date
from shared.database.bulk import copy_frame
from shared.database.engine import Database
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob
from shared.web.problems import INVALID, FieldError, Problem

EVALUATION = "evaluation"

_STEPS = 4  # facts read, judged, kept, proposed


def start(connection: Connection, request: EvaluationRequest, *, by: str, now: datetime) -> UUID:
    """Queue an evaluation; returns its id. Raises Problem for a policy or year that does not exist, or a future day."""
    book = policy_book(request.policy)
    years = book.possible_years
    wrong = sorted(set(request.award_years) - set(years))
    if wrong:
        message = f"{', '.join(map(str, wrong))}: outside the policy's award years {years[0]}-{years[-1]}"
        raise Problem(INVALID, errors=[FieldError("/award_years", "award-year", message)])
    if request.decided_on > calendar_date(now):
        raise Problem(INVALID, errors=[FieldError("/decided_on", "future", "a decision day may be past, never future")])
    job_input = request.model_dump(mode="json") | {"award_years": sorted(set(request.award_years))}
    return jobs.enqueue(connection, EVALUATION, job_input, by=by, now=now)


def run(database: Database, registry: RegistryFacts, job: RunningJob) -> None:
    """Judge at the registry's newest revision, keep the outcomes and propose what differs; one transaction at the end."""
    request = EvaluationRequest.model_validate(job.input)
    book = policy_book(request.policy)
    job.progress(0, _STEPS)
    revision = registry.latest_revision()
    facts = registry.at(revision)
    job.progress(1, _STEPS)
    with database.transaction() as connection:
        readings = official_readings(connection, book)
        hold_proposals(connection)  # what stands must not change between judging and proposing
        kept, judged = judge(request, facts, book, readings, _standing(connection, request))
        job.progress(2, _STEPS)
        keep_documents(connection, "book", _document(book.hash, book.document))
        keep_documents(connection, "readings", _document(readings.hash, readings.document))
        _keep_outcomes(connection, job.id, kept)
        job.progress(3, _STEPS)
        basis = Basis(
            evaluation_id=job.id,
            proposed_by=job.created_by,
            decided_on=request.decided_on,
            facts_revision=revision,
            policy_hash=book.hash,
            interpretations_hash=readings.hash,
            engine_version=ENGINE_VERSION,
        )
        granted = domain.candidates(kept, book)
        counts = propose(connection, granted, judged, basis, lambda pairs: _seal(facts, book, pairs))
        job.succeed(
            connection,
            {
                "facts_revision": revision,
                "policy_hash": book.hash,
                "interpretations_hash": readings.hash,
                "decisions": counts.as_dict(),
            },
        )


def _standing(connection: Connection, request: EvaluationRequest) -> Standing:
    paid = connection.execute(
        text(
            "SELECT DISTINCT award, subject FROM decisions WHERE policy = :policy AND payee_uscc = ANY(:scope)"
            " AND state IN ('approved', 'proposed', 'in_notice', 'suspended')"
        ),
        {"policy": request.policy, "scope": [] if request.scope == "all" else request.scope},
    ).all()
    return Standing(
        first_days=first_days_of(connection, request.policy),
        paid=pl.DataFrame([tuple(row) for row in paid], schema=PAIRS, orient="row"),
    )


def first_days_of(connection: Connection, policy: str, pairs: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return FIRST_DAYS of the policy's awards in force; of `pairs` (award, subject), if they are given."""
    named = pl.DataFrame(schema=PAIRS) if pairs is None else pairs
    rows = connection.execute(
        text(
            "SELECT award, subject, identity_year, first_decided_on FROM awards WHERE policy = :policy AND version > 0"
            " AND (:everything OR (award, subject) IN"
            " (SELECT * FROM unnest(CAST(:awards AS text[]), CAST(:subjects AS text[]))))"
        ),
        {
            "policy": policy,
            "everything": pairs is None,
            "awards": named.get_column("award").to_list(),
            "subjects": named.get_column("subject").to_list(),
        },
    ).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=FIRST_DAYS, orient="row")


def _seal(facts: Facts, book: Book, pairs: pl.DataFrame) -> pl.DataFrame:
    sealed = inputs(facts, book, pairs)
    digests = [sha256(content.encode()) for content in sealed["inputs"]]
    return sealed.select("award", "subject", pl.Series("hash", digests, dtype=pl.String), content="inputs")


def _document(digest: str, content: bytes) -> pl.DataFrame:
    return pl.DataFrame({"hash": [digest], "content": [content.decode()]})


def _keep_outcomes(connection: Connection, evaluation_id: UUID, kept: pl.DataFrame) -> None:
    rows = kept.filter((pl.col("result") == "granted") | pl.col("about_known"))
    copy_frame(
        connection,
        outcomes_table.name,
        rows.select(
            pl.lit(str(evaluation_id)).alias("evaluation_id"),
            pl.int_range(1, pl.len() + 1).alias("number"),
            "award",
            "subject",
            "award_year",
            "payee_uscc",
            "payee_name",
            "jurisdiction",
            "result",
            "kind",
            "entitlement_fen",
            domain.array_literal(pl.col("missing")).alias("missing"),
            domain.array_literal(pl.col("flags")).alias("flags"),
        ),
    )


def view(connection: Connection, evaluation_id: UUID) -> dict[str, Any]:
    """Return an evaluation as its readers see it; raises Problem (404)."""
    row = jobs.get(connection, evaluation_id, EVALUATION)
    shown = {name: row.input[name] for name in ("policy", "award_years", "decided_on")}
    return jobs.view(row) | shown


_OUTCOMES = """
SELECT number, award, subject, award_year, payee_uscc, payee_name, jurisdiction, result, kind, entitlement_fen, missing, flags
FROM outcomes
WHERE evaluation_id = :evaluation_id AND number > :after AND (CAST(:result AS text) IS NULL OR result = :result)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY number LIMIT :limit
"""


def kept_outcomes(
    connection: Connection, evaluation_id: UUID, *, result: str | None, jurisdiction: str | None, after: int, limit: int
) -> list[Any]:
    """Return outcomes that an evaluation kept, in its order, behind number `after`."""
    values = {
        "evaluation_id": evaluation_id,
        "result": result,
        "jurisdiction": jurisdiction,
        "after": after,
        "limit": limit,
    }
    return list(connection.execute(text(_OUTCOMES), values).mappings())


def outcome_view(row: Any) -> dict[str, Any]:
    """Return an outcome as its readers see it; `number` is its place in the evaluation."""
    return {
        "number": row["number"],
        "award": row["award"],
        "subject": row["subject"],
        "award_year": row["award_year"],
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "jurisdiction": row["jurisdiction"],
        "result": row["result"],
        "kind": row["kind"],
        "entitlement_fen": row["entitlement_fen"],
        "missing": row["missing"],
        "flags": row["flags"],
    }
