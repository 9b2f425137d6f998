"""The use case of impact previews: what a correction of facts would change, and the money to recover. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions.repository import in_force
from services.eligibility.engine.dependencies import PAIRS, load_dependencies, reads_of
from services.eligibility.evaluation_jobs.decision_days import evaluate_as_decided
from services.eligibility.evaluation_jobs.existing_decisions import first_days
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.facts.queries import Fetch, RowQuery
from services.eligibility.interpretations.domain import check_years, policy_in_body
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.rules.domain import Policy
from services.eligibility.scenarios.comparison import CHANGES, SAME, compare
from services.eligibility.scenarios.domain import RowsByDataset
from services.eligibility.scenarios.inline_facts import (
    Frames,
    enterprises_in,
    frames_of,
    keys_of,
    with_rows,
    with_rows_fetched,
)
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import FieldError, Invalid
from shared.identifiers import award_id

LISTED = 1_000
_MONEY = ("ordered_fen", "paid_fen", "top_up_fen", "cancelled_fen", "to_recover_fen")


def preview_impact(
    database: Database,
    registry: RegistryFacts,
    payout: Payout,
    actor: Actor,
    *,
    policy_code: str,
    award_years: Sequence[int] | None,
    decided_on: date,
    facts: RowsByDataset,
    withdrawals: RowsByDataset,
) -> dict[str, Any]:
    """Evaluate the subjects that corrected rows concern, before and after; raises Invalid, which points at what cannot be."""
    policy = policy_in_body(policy_code)
    years = award_years or list(policy.possible_years)
    check_years(policy, years)
    rows, withdrawn = frames_of(facts), keys_of(withdrawals)
    datasets = {*rows, *withdrawn}
    if not any(frame.height for frame in (*rows.values(), *withdrawn.values())):
        message = "Give at least one corrected row, or a key in `withdrawals`."
        raise Invalid(errors=[FieldError("/facts", "empty", message)])
    revision = registry.latest_revision()
    awards = [each.code for each in policy.awards if any(read.dataset in datasets for read in reads_of(each))]
    if _concern_everybody(datasets):
        before, pairs = registry.at(revision, _datasets_of(policy, awards)), None
        after = with_rows(before, rows, withdrawn)
    else:
        fetch = registry.fetching(revision)
        concerned = _concerned(fetch, rows, withdrawn)
        corrected = with_rows_fetched(fetch, rows, withdrawn)

        def of_awards(pairs: pl.DataFrame) -> pl.DataFrame:
            return pairs.filter(pl.col("award").is_in(awards))

        _, pairs = load_dependencies(corrected, policy, concerned, pl.DataFrame(schema=PAIRS), of_awards)
        before, pairs = load_dependencies(fetch, policy, concerned, pairs, of_awards)
        with_rows(before, rows, withdrawn)  # raises Invalid for corrections that cannot be
        after, pairs = load_dependencies(corrected, policy, concerned, pairs, of_awards)
    with database.reading() as connection:
        interpretations = official_interpretations(connection, policy)
        kept_days = first_days(connection, policy.code, pairs)
    then, now = (
        evaluate_as_decided(known, policy, interpretations, years, decided_on, kept_days, awards=awards, subjects=pairs)
        for known in (after, before)
    )
    changed = compare(then, now, policy, years).filter(pl.col("change") != SAME)
    if actor.jurisdiction is not None:
        own = pl.any_horizontal(pl.col(name) == actor.jurisdiction for name in ("jurisdiction", "today_jurisdiction"))
        changed = changed.filter(own)
    found = _with_money(database, policy.code, changed, payout)
    found.sort(key=lambda each: -abs(each["entitlement_fen"] - each["today_fen"]))
    return {
        "policy": policy.code,
        "facts_revision": revision,
        "decided_on": decided_on,
        "subjects_judged": None if pairs is None else pairs.height,
        "totals": _totals(found),
        "awards": found[:LISTED],
        "left_out": max(0, len(found) - LISTED),
    }


def _concern_everybody(datasets: Collection[str]) -> bool:
    """Return whether a dataset among these belongs to no enterprise, so that its rows concern all."""
    return not all(CATALOGUE[name].owned for name in datasets)


def _datasets_of(policy: Policy, awards: Collection[str]) -> set[str]:
    return {read.dataset for code in awards for read in reads_of(policy.award(code))}


def _concerned(fetch: Fetch, rows: Frames, withdrawn: Frames) -> set[str]:
    """Return the enterprises that the corrected rows name, and those that the rows in their place name now."""
    found = enterprises_in(rows) | enterprises_in(withdrawn)
    for frames in (rows, withdrawn):
        for name, frame in frames.items():
            # The rows that name the owner have the same key, or are those of the parent dataset.
            source = CATALOGUE[CATALOGUE[name].parent or name]
            first = source.key[0]
            requested = {RowQuery(source.name, first): frame.get_column(first).unique().sort().to_list()}
            for query, existing in fetch(requested).items():
                found |= enterprises_in({query.dataset: existing})
    return found


def _with_money(database: Database, policy: str, changed: pl.DataFrame, payout: Payout) -> list[dict[str, Any]]:
    rows = {
        str(award_id(policy, row["award"], row["subject"], row["identity_year"])): row
        for row in changed.iter_rows(named=True)
    }
    with database.reading() as connection:
        existing = in_force(connection, list(rows))
    restated = [_restated(identity, row) for identity, row in rows.items() if identity in existing]
    effects = payout.restated(restated) if restated else {}
    return [_shown(identity, row, existing.get(identity), effects.get(identity)) for identity, row in rows.items()]


def _restated(identity: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the award as payout would receive it; one no longer granted keeps payee and jurisdiction, as a withdrawal does."""
    side = "" if row["result"] == "granted" else "today_"
    parts = {part["due_offset_years"]: part["amount_fen"] for part in row["instalments"] or ()}
    return {
        "award_id": identity,
        "jurisdiction": row[f"{side}jurisdiction"],
        "payee_uscc": row[f"{side}payee_uscc"],
        "instalments_fen": [parts.get(year, 0) for year in range(max(parts, default=-1) + 1)],
    }


def _shown(identity: str, row: Mapping[str, Any], version: Any, effect: dict[str, Any] | None) -> dict[str, Any]:
    shown = {name: row[name] for name in ("award", "subject", "award_year", "jurisdiction", "kind", "change", "result")}
    return shown | {
        "award_id": identity,
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "today_result": row["today_result"],
        "entitlement_fen": row["entitlement_fen"],
        "today_fen": row["today_entitlement_fen"],
        "missing": row["missing"],
        "in_force_fen": None if version is None else version.entitlement_fen,
        "version": None if version is None else version.version,
        "money": effect
        and {name: sum(share[name] for share in effect["shares"]) for name in _MONEY} | {"waits": effect["waits"]},
    }


def _totals(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    counted = Counter(each["change"] for each in found)
    return {
        "awards": {change: counted[change] for change in CHANGES if change != SAME},
        "entitlement_fen": sum(each["entitlement_fen"] for each in found),
        "today_fen": sum(each["today_fen"] for each in found),
        **{name: sum(each["money"][name] for each in found if each["money"]) for name in _MONEY[1:]},
    }
