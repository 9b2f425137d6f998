"""Use cases of rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from services.eligibility.decisions.domain import DISTRICT, reviewers_of
from services.eligibility.interpretations.domain import check_years, policy_in_body
from services.eligibility.rounds import repository
from services.eligibility.rounds.tables import rounds
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.errors import FieldError, Invalid
from shared.i18n import word


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
    connection: Connection, round_id: UUID, *, jurisdiction: str | None, notice_days: int, language: str
) -> dict[str, Any]:
    """Return a round with its counts and sums, of one jurisdiction only if given; raises NotFound."""
    row = repository.get(connection, round_id)
    totals = repository.totals(connection, round_id, jurisdiction=jurisdiction, notice_days=notice_days)
    return {
        **repository.view(row),
        "decisions": sum(each["decisions"] for each in totals),
        "entitlement_fen": sum(each["entitlement_fen"] for each in totals),
        "totals": totals,
        "waits": [
            {**each, "title": _title_of(each["step"], row.policy, language)}
            for each in repository.waits(connection, round_id, jurisdiction=jurisdiction, notice_days=notice_days)
        ],
    }


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
