"""Use cases of simulations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.evaluation_jobs.handlers import outcome_view
from services.eligibility.evaluation_jobs.judging import outcomes
from services.eligibility.evaluation_jobs.refusals import Judged
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.handlers import changed, official_readings, policy_book
from services.eligibility.rules.domain import Interpretations
from services.eligibility.simulations import domain, repository
from services.eligibility.simulations.schemas import SimulationRequest
from services.eligibility.whatif.comparison import compared
from services.eligibility.whatif.handlers import rows_of, supposed_book, supposed_facts
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import FieldError, Invalid
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob

SIMULATION = "simulation"

_STEPS = 5  # arrangement and facts read, today judged, the alternative judged, compared, kept
_MONEY = ("awards", "entitlement_fen", "today_awards", "today_fen")


def start(
    connection: Connection, request: SimulationRequest, registry: RegistryFacts, *, actor: Actor, now: datetime
) -> UUID:
    """Queue a simulation; returns its id. Raises Problem for what cannot be, pointing at it."""
    supposed_book(request)
    changed(official_readings(connection, policy_book(request.policy)), request.interpretations)
    rows_of(request.facts)
    if request.facts_revision is not None and request.facts_revision > (newest := registry.latest_revision()):
        error = FieldError("/facts_revision", "revision", "the newest revision is {newest}", newest=newest)
        raise Invalid(errors=[error])
    job_input = request.model_dump(mode="json") | {"award_years": sorted(set(request.award_years))}
    return jobs.enqueue(connection, SIMULATION, job_input, by=actor.subject, now=now)


def run(database: Database, registry: RegistryFacts, payout: Payout, job: RunningJob) -> None:
    """Judge twice, with what is supposed and without, and keep both side by side."""
    request = SimulationRequest.model_validate(job.input)
    own, book = policy_book(request.policy), supposed_book(request)
    job.progress(0, _STEPS)
    arrangement = payout.arrangement_on(request.decided_on)
    revision = registry.latest_revision() if request.facts_revision is None else request.facts_revision
    facts = registry.at(revision)
    job.progress(1, _STEPS)
    with database.reading() as connection:
        official = official_readings(connection, own)
    readings = changed(official, request.interpretations)
    today = outcomes(facts, own, official, request.award_years, request.decided_on)
    job.progress(2, _STEPS)
    supposed = supposed_facts(facts, rows_of(request.facts))
    del facts
    then = outcomes(supposed, book, readings, request.award_years, request.decided_on)
    job.progress(3, _STEPS)
    found = compared(then, today, book, request.award_years)
    try:
        tables = {
            "cost": domain.cost(found),
            "budgets": domain.budgets(found, request.decided_on, arrangement),
            "payees": domain.payees(found),
            "changes": domain.changes(found),
        }
    except domain.TooMuchError as error:
        raise Invalid("The sums pass 2^53 − 1 fen; suppose smaller numbers.") from error
    job.progress(4, _STEPS)
    with database.transaction() as connection:
        repository.keep(connection, job.id, found)
        job.succeed(
            connection,
            {
                "facts_revision": revision,
                "policy_hash": book.hash,
                "interpretations_hash": readings.hash,
                "readings": dict(readings),
                "arrangement": arrangement
                and {"id": arrangement.id, "number": arrangement.number, "sample": arrangement.sample},
                "tables": tables,
            },
        )


def view(connection: Connection, simulation_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a simulation with the figures that `actor` may see: those of its jurisdiction, if tied. Raises Problem (404)."""
    row = jobs.get(connection, simulation_id, SIMULATION)
    shown = jobs.view(row)
    tables = shown.pop("tables", None)
    arrangement = shown.pop("arrangement", None)
    shown.pop("readings", None)
    shown |= {
        name: row.input[name] for name in ("policy", "award_years", "decided_on", "interpretations", "parameters")
    }
    if tables is None:
        return shown
    own = actor.jurisdiction
    cost, budgets, changes = (
        [each for each in tables[name] if own in (None, each["jurisdiction"])]
        for name in ("cost", "budgets", "changes")
    )
    [payees] = [each for each in tables["payees"] if each["jurisdiction"] == own] or [domain.NOBODY]
    return shown | {
        "cost": {
            "total": _summed(cost, (), _MONEY)[0] if cost else dict.fromkeys(_MONEY, 0),
            "by_award": _summed(cost, ("award",), _MONEY),
            "by_jurisdiction": _summed(cost, ("jurisdiction",), _MONEY),
            "by_budget": _summed(budgets, ("unit", "due_year"), ("amount_fen", "today_fen")),
            "arrangement": arrangement and {name: arrangement[name] for name in ("id", "number", "sample")},
        },
        "payees": {name: value for name, value in payees.items() if name != "jurisdiction"},
        "changes": {each["change"]: each["awards"] for each in _summed(changes, ("change",), ("awards",))},
    }


def _summed(rows: Sequence[dict[str, Any]], keys: Sequence[str], figures: Sequence[str]) -> list[dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        into = found.setdefault(key, dict(zip(keys, key, strict=True)) | dict.fromkeys(figures, 0))
        for name in figures:
            into[name] += row[name]
    return [found[key] for key in sorted(found, key=lambda key: [(part is None, part) for part in key])]


def judged(database: Database, registry: RegistryFacts, row: Row[Any]) -> Judged:
    """Return what a simulation was computed from, so that its refusals can be."""
    request = SimulationRequest.model_validate(row.input)
    book, supposed = supposed_book(request), rows_of(request.facts)

    def facts(datasets: Collection[str]) -> Facts:
        known = registry.at(row.result["facts_revision"], datasets)
        return supposed_facts(known, {name: rows for name, rows in supposed.items() if name in datasets})

    def kept(award: str) -> pl.DataFrame:
        with database.reading() as connection:
            return repository.no_longer_granted(connection, row.id, award)

    readings = Interpretations.official_defaults(book).with_changes(row.result["readings"])
    return Judged(row.id, facts, book, readings, request.award_years, request.decided_on, but=kept)


def simulated_view(row: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome beside today's as its readers see it; a refusal that is computed anew is one today as well."""
    today = {"today_result": "refused", "today_fen": 0, "change": "same"}
    return outcome_view(row) | {name: row.get(name, value) for name, value in today.items()}
