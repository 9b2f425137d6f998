"""Whoever recorded, confirmed or withdrew a fact that a decision rests on counts among its proposers, and cannot approve it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.eligibility.approvals import handlers
from services.eligibility.approvals import repository as approvals
from services.eligibility.decisions import transitions
from shared.database.engine import Database
from shared.errors import SamePerson
from tests.integration.eligibility.harness import Harness
from tests.integration.eligibility.support import CHECKER, evaluate, rent, the_decision
from tests.integration.eligibility.test_corrections import A, B, settle, sold
from tests.support.databases import as_owner

OFFICER = replace(CHECKER, subject="officer")


def couriers(world: Harness, code: str, fen: int, by: str | None = None) -> None:
    row = {"uscc": code, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": fen}
    world.record("courier_years", row, by=by)


def authors(world: Harness, subject: str) -> list[str]:
    query = "SELECT fact_authors FROM decisions WHERE subject LIKE :s ORDER BY id DESC LIMIT 1"
    [(found,)] = world.rows(query, s=f"{subject}%")
    return list(found)


def loan(world: Harness, code: str, of: str) -> None:
    """Record a loan of 2021 whose interest the rate of `reference_rates` caps."""
    drawn = {
        "drawn_on": "2021-01-01",
        "tenor_months": 12,
        "lender": "b",
        "licensed_lender": True,
        "business_purpose": True,
    }
    world.record("loans", {"loan_id": of, "uscc": code, **drawn})
    balance = {"since": "2021-01-01", "until": "2022-01-01", "principal_fen": 100_000_000}
    world.record("loan_balances", {"loan_id": of, **balance})
    world.record("loan_years", {"loan_id": of, "year": 2021, "interest_paid_fen": 5_000_000, "other_subsidy_fen": 0})


def test_an_officer_who_recorded_the_sales_cannot_approve(world: Harness) -> None:
    settle(world, A, B)
    couriers(world, A, 1_000_000, by="officer")
    couriers(world, B, 1_000_000)
    evaluation = world.evaluate()
    assert (authors(world, A), authors(world, B)) == (["officer"], [])
    [(decision,)] = world.rows("SELECT id FROM decisions WHERE subject = :a", a=A)
    with pytest.raises(SamePerson, match="recorded, confirmed or withdrew"), world.database.transaction() as connection:
        handlers.approve(connection, decision, OFFICER, reason=None, if_match=None, notice_days=0, language="en")
    with world.database.reading() as connection:
        selection = approvals.select_for_approval(
            connection,
            evaluation_id=evaluation["id"],
            by="officer",
            reason=None,
            jurisdiction=None,
            notice_days=0,
        )
    assert (len(selection.ids), selection.skipped["own"]) == (1, 1)
    assert world.approve(evaluation) == 2, "another person may"


def test_the_row_that_counts_is_the_one_that_was_sealed(world: Harness) -> None:
    settle(world, A, B)
    couriers(world, A, 1_000_000, by="officer")
    couriers(world, B, 1_000_000)
    couriers(world, A, 2_000_000)
    couriers(world, B, 2_000_000, by="officer")
    world.record("annual_sales", {"uscc": A, "year": 2001, "online_retail_fen": 5}, by="somebody")
    world.evaluate()
    assert (authors(world, A), authors(world, B)) == ([], ["officer"]), (
        "what was replaced, and what is not read, is nobody's"
    )


def test_facts_recorded_after_the_evaluation_are_nobodys(world: Harness) -> None:
    settle(world, A)
    couriers(world, A, 1_000_000)
    world.evaluate()
    couriers(world, A, 2_000_000, by="officer")
    assert authors(world, A) == []
    assert world.correct_by_itself() is not None
    assert authors(world, A) == ["officer"], "the corrected proposal rests on it"


def test_both_persons_of_a_confirmed_draft_count(world: Harness) -> None:
    settle(world, A)
    loan(world, A, "L-1")
    row = {
        "series": "pboc_benchmark_1y",
        "effective_on": "2015-10-24",
        "value": 435,
        "status": "verified",
        "source": "x",
    }
    world.record("reference_rates", row, by="officer")
    world.evaluate(years=[2021])
    assert authors(world, A) == ["commerce-checker", "officer"]


def test_an_officer_who_withdrew_what_stood_against_an_award_cannot_approve_it(world: Harness) -> None:
    settle(world, A, B)
    for code, by in ((A, "officer"), (B, None)):
        couriers(world, code, 1_000_000)
        key = {"uscc": code, "kind": "serious_dishonesty", "since": "2022-01-01"}
        world.record("sanctions", key)
        world.withdraw("sanctions", key, by=by)
    world.withdraw("annual_sales", _sale(world, A), by="somebody")
    world.evaluate()
    assert (authors(world, A), authors(world, B)) == (["officer"], []), (
        "the platform is no person, and 2001 is not read"
    )


def _sale(world: Harness, code: str) -> dict[str, Any]:
    world.record("annual_sales", {"uscc": code, "year": 2001, "online_retail_fen": 5})
    return {"uscc": code, "year": 2001}


def test_an_evaluation_of_some_enterprises_finds_the_same_authors(world: Harness) -> None:
    settle(world, A, B)
    sold(world, A, y2020=600, y2021=3_000)
    world.record("annual_sales", {"uscc": A, "year": 2022, "online_retail_fen": 5_000_000_000}, by="officer")
    couriers(world, A, 1_000_000, by="another")
    gone = {"uscc": A, "kind": "safety", "since": "2023-06-01"}
    world.record("sanctions", gone)
    world.withdraw("sanctions", gone, by="third")

    def found() -> list[tuple[Any, ...]]:
        return world.rows(
            "SELECT award, subject, award_year, fact_authors FROM decisions WHERE state = 'proposed' ORDER BY 1, 2, 3"
        )

    world.evaluate()
    of_all = found()
    assert {author for *_, each in of_all for author in each} == {"officer", "another", "third"}
    with as_owner(world.database) as connection:
        connection.execute(text("UPDATE decisions SET state = 'rejected'"))
        connection.execute(text("UPDATE decisions SET entitlement_fen = entitlement_fen + 1"))
    world.evaluate([A])
    assert found() == of_all


def test_the_database_refuses_an_approval_by_who_recorded_the_facts(database: Database) -> None:
    evaluate(database, rent("A", 500), authors='{"officer"}')
    approved = text(
        "UPDATE decisions SET state = 'approved', version = 1, approved_by = 'officer', approved_at = now()"
    )
    with pytest.raises(IntegrityError, match="fact_author_is_not_checker"), database.transaction() as connection:
        connection.execute(approved)
    for change in ("fact_authors = '{}'", "proposed_by = 'another'"):
        with pytest.raises(DBAPIError, match="cannot be changed"), as_owner(database) as connection:
            connection.execute(text(f"UPDATE decisions SET {change}"))
    with database.transaction() as connection:
        decision = the_decision(database, "A")
        assert transitions.approve(connection, [decision.id], by="officer", reason=None) == 0
