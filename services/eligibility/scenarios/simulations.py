"""Use cases of simulations: all awards in a scenario beside today's. Nothing is decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.evaluation_jobs.decision_days import evaluate_all_years
from services.eligibility.evaluation_jobs.refusals import RefusalSource
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.domain import policy_in_body, with_changes
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from services.eligibility.scenarios import costs, repository
from services.eligibility.scenarios.comparison import compare
from services.eligibility.scenarios.domain import Scenario
from services.eligibility.scenarios.inline_facts import frames_of, with_rows
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import FieldError, Invalid
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob

SIMULATION = "simulation"

_STEPS = 5  # arrangement and facts read, today evaluated, the scenario evaluated, compared, stored
_ASKED = ("policy", "award_years", "decided_on", "interpretations", "parameters")
_MONEY = ("awards", "entitlement_fen", "today_awards", "today_fen")


def start(connection: Connection, scenario: Scenario, registry: RegistryFacts, *, actor: Actor, now: datetime) -> UUID:
    """Queue a simulation; returns its id. Raises Invalid, which points at what cannot be, or TooManyRequests."""
    scenario.changed_policy()
    with_changes(official_interpretations(connection, load_policy(scenario.policy)), scenario.interpretations)
    frames_of(scenario.facts)
    if scenario.facts_revision is not None and scenario.facts_revision > (newest := registry.latest_revision()):
        error = FieldError("/facts_revision", "revision", "The newest revision is {newest}.", newest=newest)
        raise Invalid(errors=[error])
    queued = replace(scenario, award_years=sorted(set(scenario.award_years)))
    return jobs.enqueue(connection, SIMULATION, queued.job_input(), by=actor.subject, now=now)


def run(database: Database, registry: RegistryFacts, payout: Payout, job: RunningJob) -> None:
    """Evaluate twice, today's and the scenario, and store both side by side."""
    scenario = Scenario.of(job.input)
    policy, changed = policy_in_body(scenario.policy), scenario.changed_policy()
    years, day = scenario.award_years, scenario.decided_on
    job.progress(0, _STEPS)
    arrangement = payout.arrangement_on(day)
    revision = registry.latest_revision() if scenario.facts_revision is None else scenario.facts_revision
    facts = registry.at(revision)
    job.progress(1, _STEPS)
    with database.reading() as connection:
        official = official_interpretations(connection, policy)
    interpretations = with_changes(official, scenario.interpretations)
    today = evaluate_all_years(facts, policy, official, years, day)
    job.progress(2, _STEPS)
    facts = with_rows(facts, frames_of(scenario.facts))
    then = evaluate_all_years(facts, changed, interpretations, years, day)
    job.progress(3, _STEPS)
    compared = compare(then, today, changed, years)
    tables = {
        "cost": costs.cost(compared),
        "budgets": costs.budgets(compared, day, arrangement.rules if arrangement else {}),
        "payees": costs.payees(compared),
        "changes": costs.changes(compared),
    }
    job.progress(4, _STEPS)
    with database.transaction() as connection:
        repository.store_outcomes(connection, job.id, compared)
        job.succeed(
            connection,
            {
                "facts_revision": revision,
                "policy_hash": changed.hash,
                "interpretations_hash": interpretations.hash,
                "readings": dict(interpretations),
                "arrangement": arrangement
                and {"id": arrangement.id, "number": arrangement.number, "sample": arrangement.sample},
                "tables": tables,
            },
        )


def view(connection: Connection, simulation_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a simulation with the figures that `actor` may see: those of its jurisdiction, if tied to one. Raises NotFound."""
    row = jobs.get(connection, simulation_id, SIMULATION)
    shown = summary(row)
    tables, arrangement = row.result.get("tables"), row.result.get("arrangement")
    if tables is None:
        return shown
    own = actor.jurisdiction
    by_award, by_budget, changes = (
        [each for each in tables[name] if own in (None, each["jurisdiction"])]
        for name in ("cost", "budgets", "changes")
    )
    [payees] = [each for each in tables["payees"] if each["jurisdiction"] == own] or [costs.NOBODY]
    return shown | {
        "cost": {
            "total": _summed(by_award, (), _MONEY)[0] if by_award else dict.fromkeys(_MONEY, 0),
            "by_award": _summed(by_award, ("award",), _MONEY),
            "by_jurisdiction": _summed(by_award, ("jurisdiction",), _MONEY),
            "by_budget": _summed(by_budget, ("unit", "due_year"), ("amount_fen", "today_fen")),
            "arrangement": arrangement and {name: arrangement[name] for name in ("id", "number", "sample")},
        },
        "payees": {name: value for name, value in payees.items() if name != "jurisdiction"},
        "changes": {each["change"]: each["awards"] for each in _summed(changes, ("change",), ("awards",))},
    }


def summary(row: Row[Any]) -> dict[str, Any]:
    """Return a simulation without its results."""
    shown = jobs.view(row) | {name: row.input[name] for name in _ASKED}
    shown["rows"] = {dataset: len(rows) for dataset, rows in row.input["facts"].items()}
    return {name: value for name, value in shown.items() if name not in ("tables", "arrangement", "readings")}


def _summed(rows: Sequence[dict[str, Any]], keys: Sequence[str], figures: Sequence[str]) -> list[dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        into = found.setdefault(key, dict(zip(keys, key, strict=True)) | dict.fromkeys(figures, 0))
        for name in figures:
            into[name] += row[name]
    return [found[key] for key in sorted(found, key=lambda key: [(part is None, part) for part in key])]


def refusal_source(database: Database, registry: RegistryFacts, row: Row[Any]) -> RefusalSource:
    """Return what a simulation was computed from, so that its refusals can be computed."""
    scenario = Scenario.of(row.input)
    policy, rows = scenario.changed_policy(), frames_of(scenario.facts)

    def facts(datasets: Collection[str]) -> Facts:
        known = registry.at(row.result["facts_revision"], datasets)
        return with_rows(known, {name: frame for name, frame in rows.items() if name in datasets})

    def stored(award: str) -> pl.DataFrame:
        with database.reading() as connection:
            return repository.refused_cases(connection, row.id, award)

    interpretations = Interpretations.official_defaults(policy).with_stored(row.result["readings"])
    return RefusalSource(
        row.id, facts, policy, interpretations, scenario.award_years, scenario.decided_on, shown_elsewhere=stored
    )
