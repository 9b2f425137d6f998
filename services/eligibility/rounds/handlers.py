"""Use cases of rounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert

from services.eligibility.decisions.domain import DISTRICT, reviewers_of
from services.eligibility.interpretations.domain import check_years, policy_in_body
from services.eligibility.procedures.repository import stored_procedure
from services.eligibility.rounds import repository
from services.eligibility.rounds.tables import rounds
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.clock import calendar_date, isoformat
from shared.errors import FieldError, Invalid
from shared.i18n import word
from shared.working_days import last_working_day


def open_round(connection: Connection, asked: Mapping[str, Any], *, by: str) -> dict[str, Any]:
    """Open a round; raises Invalid for a policy, year or award that does not exist."""
    policy = policy_in_body(asked["policy"])
    check_years(policy, asked["award_years"])
    known = [award.code for award in policy.awards]
    message = "There is no such award. Awards: {known}."
    unknown = [place for place, award in enumerate(asked["awards"] or ()) if award not in known]
    if unknown:
        errors = [FieldError(f"/awards/{place}", "award", message, known=", ".join(known)) for place in unknown]
        raise Invalid(errors=errors)
    values = {**asked, "award_years": sorted(set(asked["award_years"])), "opened_by": by}
    return repository.view(connection.execute(insert(rounds).values(values).returning(*rounds.c)).one())


def require(connection: Connection, round_id: UUID, policy: str, award_years: Sequence[int]) -> None:
    """Raise Invalid unless a round exists for this policy and these award years."""
    if errors := list(_mistakes(connection, round_id, policy, award_years)):
        raise Invalid(errors=errors)


def _mistakes(connection: Connection, round_id: UUID, policy: str, award_years: Sequence[int]) -> Iterator[FieldError]:
    row = repository.find_one(connection, round_id)
    if row is None:
        yield FieldError("/round_id", "not_found", "There is no such round.")
    elif row.policy != policy:
        yield FieldError("/round_id", "policy", "The round is of the policy {policy}.", policy=row.policy)
    else:
        years = ", ".join(map(str, row.award_years))
        for place, year in enumerate(award_years):
            if year not in row.award_years:
                message = "The round has the award years {years}."
                yield FieldError(f"/award_years/{place}", "award-year", message, years=years)


def round_view(
    connection: Connection,
    round_id: UUID,
    *,
    jurisdiction: str | None,
    notice_days: int,
    working_days: int,
    language: str,
) -> dict[str, Any]:
    """Return a round with its counts and sums, of one jurisdiction only if given; raises NotFound.

    What waits is due as tasks are: within the terms of the proposals' procedure, or within `working_days`.
    """
    row = repository.get(connection, round_id)
    totals = repository.totals(connection, round_id, jurisdiction=jurisdiction, notice_days=notice_days)
    return {
        **repository.view(row),
        "decisions": sum(each["decisions"] for each in totals),
        "entitlement_fen": sum(each["entitlement_fen"] for each in totals),
        "totals": totals,
        "waits": [
            {**each, "title": _title_of(each["step"], row.policy, language)}
            for each in _waits(
                repository.waits(connection, round_id, jurisdiction=jurisdiction, notice_days=notice_days), working_days
            )
        ],
    }


def _waits(rows: Iterable[Row[Any]], working_days: int) -> Iterator[dict[str, Any]]:
    """Yield what is waited for, by step: how many, of what sum, since when, and when the first is due."""
    for step, group in groupby(rows, key=lambda row: row.step):
        parts = list(group)
        due = [day for row in parts if (day := _due_on(row, working_days))]
        yield {
            "step": step,
            "decisions": sum(row.decisions for row in parts),
            "entitlement_fen": sum(row.entitlement_fen for row in parts),
            "since": isoformat(min(row.since for row in parts)),
            "due_on": min(due).isoformat() if due else None,
        }


def _due_on(row: Row[Any], working_days: int) -> date | None:
    """Return the day by which the first of what waits is to be done; None for what is nobody's task."""
    if row.kind is None:
        return None
    term = stored_procedure(row.procedure).term(row.kind) if row.procedure else None
    return last_working_day(calendar_date(row.since), term or working_days)


def _title_of(step: str, policy: str, language: str) -> str:
    departments = load_policy(policy).offices.departments
    names = {code: (name.zh, name.en) for code, name in departments.items()}
    return (
        word(step, language, {"notice": ("公示", "public notice"), DISTRICT: ("属地", "the district"), **names}) or ""
    )


def possible_operations(connection: Connection, round_id: UUID, actor: Actor) -> list[str]:
    """Return the operations on a round that its state allows `actor`."""
    reviewing = ["start_review"] if reviewers_of(actor.department, actor.jurisdiction) else []
    noticing = ["open_notice"] if repository.has_ready_for_notice(connection, round_id, actor.jurisdiction) else []
    return ["start_evaluation", *reviewing, *noticing, "start_approval", "start_letter_batch"]
