"""The use case of impact previews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import text

from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.engine.dependencies import PAIRS, load_dependencies
from services.eligibility.evaluation_jobs.existing_decisions import first_days
from services.eligibility.evaluation_jobs.judging import as_decided
from services.eligibility.facts.queries import Fetch
from services.eligibility.impact import domain
from services.eligibility.impact.schemas import ImpactRequest
from services.eligibility.interpretations.handlers import check_years, official_readings, policy_book
from services.eligibility.whatif.comparison import CHANGES, SAME, compared
from services.eligibility.whatif.domain import named_in, supposing
from services.eligibility.whatif.handlers import keys_of, rows_of, supposed_facts
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import FieldError, Invalid
from shared.identifiers import award_id

LISTED = 1_000
_MONEY = ("ordered_fen", "paid_fen", "top_up_fen", "cancelled_fen", "to_recover_fen")


def impact(
    database: Database, request: ImpactRequest, registry: RegistryFacts, payout: Payout, actor: Actor, today: date
) -> dict[str, Any]:
    """Judge the subjects that corrected rows touch, before and after; raises Problem that points at what cannot be."""
    book = policy_book(request.policy)
    years, day = request.award_years or list(book.possible_years), request.decided_on or today
    check_years(book, years)
    rows, withdrawn = rows_of(request.facts), keys_of(request.withdrawals)
    datasets = {*rows, *withdrawn}
    if not any(frame.height for frame in (*rows.values(), *withdrawn.values())):
        error = FieldError("/facts", "empty", "give at least one corrected row, or a key in `withdrawals`")
        raise Invalid(errors=[error])
    revision, awards = registry.latest_revision(), domain.awards_reading(book, datasets)
    if domain.for_everybody(datasets):
        before, pairs = registry.at(revision, domain.datasets_of(book, awards)), None
        after = supposed_facts(before, rows, withdrawn)
    else:
        fetch = registry.fetching(revision)
        concerned = _concerned(fetch, rows, withdrawn)
        corrected = supposing(fetch, rows, withdrawn)

        def reading_them(pairs: pl.DataFrame) -> pl.DataFrame:
            return pairs.filter(pl.col("award").is_in(awards))

        _, pairs = load_dependencies(corrected, book, concerned, pl.DataFrame(schema=PAIRS), reading_them)
        before, pairs = load_dependencies(fetch, book, concerned, pairs, reading_them)
        supposed_facts(before, rows, withdrawn)  # refuses what cannot be corrected so
        after, pairs = load_dependencies(corrected, book, concerned, pairs, reading_them)
    with database.reading() as connection:
        readings = official_readings(connection, book)
        kept_days = first_days(connection, book.code, pairs)
    then, now = (
        as_decided(facts, book, readings, years, day, kept_days, awards=awards, subjects=pairs)
        for facts in (after, before)
    )
    changed = compared(then, now, book, years).filter(pl.col("change") != SAME)
    if actor.jurisdiction is not None:
        own = pl.any_horizontal(pl.col(name) == actor.jurisdiction for name in ("jurisdiction", "today_jurisdiction"))
        changed = changed.filter(own)
    found = _with_money(database, book.code, changed, payout)
    found.sort(key=lambda each: -abs(each["entitlement_fen"] - each["today_fen"]))
    return {
        "policy": book.code,
        "facts_revision": revision,
        "decided_on": day,
        "subjects_judged": None if pairs is None else pairs.height,
        "totals": _totals(found),
        "awards": found[:LISTED],
        "left_out": max(0, len(found) - LISTED),
    }


def _concerned(fetch: Fetch, rows: domain.Frames, withdrawn: domain.Frames) -> set[str]:
    """The enterprises that the corrected rows name, and those that the rows in their place name now."""
    found = named_in(rows) | named_in(withdrawn)
    for frames in (rows, withdrawn):
        for name, frame in frames.items():
            for ask, there in fetch(domain.whose(name, frame)).items():
                found |= named_in({ask.dataset: there})
    return found


_IN_FORCE = """
SELECT a.award_id::text AS award_id, d.version, d.entitlement_fen, d.result
FROM awards a JOIN decisions d ON d.award_id = a.award_id AND d.state = 'approved'
WHERE a.award_id = ANY(CAST(:ids AS uuid[]))
"""


def _with_money(database: Database, policy: str, changed: pl.DataFrame, payout: Payout) -> list[dict[str, Any]]:
    rows = {
        str(award_id(policy, row["award"], row["subject"], row["identity_year"])): row
        for row in changed.iter_rows(named=True)
    }
    with database.reading() as connection:
        in_force = {each.award_id: each for each in connection.execute(text(_IN_FORCE), {"ids": list(rows)})}
    restated = [_restated(identity, row) for identity, row in rows.items() if identity in in_force]
    effects = payout.restated(restated) if restated else {}
    return [_shown(identity, row, in_force.get(identity), effects.get(identity)) for identity, row in rows.items()]


def _restated(identity: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The award as it would be told to payout; one that is no longer granted keeps payee and place, as a withdrawal does."""
    side = "" if row["result"] == "granted" else "today_"
    parts = {part["due_offset_years"]: part["amount_fen"] for part in row["instalments"] or ()}
    return {
        "award_id": identity,
        "jurisdiction": row[f"{side}jurisdiction"],
        "payee_uscc": row[f"{side}payee_uscc"],
        "instalments_fen": [parts.get(year, 0) for year in range(max(parts, default=-1) + 1)],
    }


def _shown(identity: str, row: Mapping[str, Any], in_force: Any, effect: dict[str, Any] | None) -> dict[str, Any]:
    shown = {name: row[name] for name in ("award", "subject", "award_year", "jurisdiction", "kind", "change", "result")}
    return shown | {
        "award_id": identity,
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "today_result": row["today_result"],
        "entitlement_fen": row["entitlement_fen"],
        "today_fen": row["today_entitlement_fen"],
        "missing": row["missing"],
        "in_force_fen": None if in_force is None else in_force.entitlement_fen,
        "version": None if in_force is None else in_force.version,
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
