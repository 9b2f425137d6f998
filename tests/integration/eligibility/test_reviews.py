"""Reviews pass or object to what is proposed, one by one and in bulk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.eligibility.reviews.handlers import REVIEW, run_bulk_review
from shared.jobs.runner import JobRunner
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.procedure import (
    STEPS,
    YES,
    A,
    B,
    adopted,
    confirmed,
    enterprise,
    path,
    proposed,
    ready,
    reviewed,
    waits,
)
from tests.integration.eligibility.support import history, rent


@pytest.mark.parametrize(
    ("client", "reviewer", "allowed"),
    [
        ("statistics-officer", "statistics", True),
        ("postal-officer", "statistics", False),
        ("statistics-officer", "district", False),
        ("liandu-officer", "district", True),
        ("liandu-officer", "statistics", False),
        ("zone-officer", "district", False),
        ("commerce-maker", "statistics", False),
        ("commerce-checker", "district", False),
        ("auditor", "statistics", False),
    ],
)
def test_only_the_reviewer_reviews(office: Office, client: str, reviewer: str, allowed: bool) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    given = office.ask(client, "POST", path(office, A, "reviews"), {"reviewer": reviewer, "outcome": "passed"})
    assert given.is_success is allowed
    assert given.status_code in (200, 403, 404)
    if given.status_code == 403 and "missing_scopes" not in given.json():
        assert given.json()["state"] == "proposed" and {"pass", "oppose"} <= set(given.json()["possible"])
        assert reviewer not in given.json()["reviewers"]
    assert (f"review:{reviewer}" not in waits(office, A)) is allowed


def test_what_is_superseded_cannot_be_confirmed_or_reviewed(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    old = office.id_of(A)
    proposed(office, rent(A, 600))
    for client, act, body in (
        (enterprise(office, A), "confirmation", YES),
        (office.tokens.headers("statistics-officer"), "reviews", {"reviewer": "statistics", "outcome": "passed"}),
    ):
        refused = office.ask_as(client, "POST", f"/v1/decisions/{old}/{act}", body)
        assert (refused.status_code, refused.json()["state"], refused.json()["possible"]) == (409, "superseded", [])


def test_what_was_passed_for_an_outcome_stays_passed_while_it_is_the_same(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), by="eligibility")
    confirmed(office, A)
    reviewed(office, A, "statistics-officer", "statistics")
    proposed(office, rent(A, 500))  # a person's evaluation proposes an automatic proposal anew
    assert [row[1] for row in history(office.database, A)] == ["superseded", "proposed"]
    assert waits(office, A) == ["review:district"]
    proposed(office, rent(A, 600))
    assert waits(office, A) == STEPS


def test_an_objection_of_a_review_suspends_one_decision_until_its_reviewer_passes_it(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    ready(office, B)
    confirmed(office, A)
    body = {"reviewer": "statistics", "outcome": "objected"}
    refused = office.refused("statistics-officer", path(office, A, "reviews"), body, "invalid-request")
    assert [error["pointer"] for error in refused["errors"]] == ["/reason"]
    assert (
        reviewed(office, A, "statistics-officer", "statistics", outcome="objected", reason="r")["state"] == "suspended"
    )
    assert (waits(office, A), waits(office, B)) == (STEPS[1:], ["notice"])
    resumed = office.refused("commerce-maker", path(office, A, "resume"), {"reason": "r"}, "conflict")
    assert "resume" not in resumed["possible"]
    assert reviewed(office, A, "liandu-officer", "district")["state"] == "suspended"
    assert reviewed(office, A, "statistics-officer", "statistics")["state"] == "proposed"
    assert waits(office, A) == ["notice"]
    again = {"reviewer": "statistics", "outcome": "objected", "reason": "r"}
    office.refused("statistics-officer", path(office, A, "reviews"), again, "conflict")


def test_corrected_facts_propose_anew_what_a_review_objects_to(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    confirmed(office, A)
    reviewed(office, A, "statistics-officer", "statistics", outcome="objected", reason="r")
    proposed(office, rent(A, 500))
    assert [row[1] for row in history(office.database, A)] == ["suspended"]
    proposed(office, rent(A, 500), facts=1)
    assert [(row[1], row[4]) for row in history(office.database, A)] == [
        ("superseded", "initial"),
        ("proposed", "initial"),
    ]
    assert waits(office, A) == STEPS[1:]


def test_a_bulk_review_that_is_run_again_counts_what_it_has_passed(office: Office) -> None:
    adopted(office)
    evaluation = proposed(office, rent(A, 500), rent(B, 700))
    job = office.did("statistics-officer", "/v1/reviews", {"evaluation_id": evaluation, "reviewer": "statistics"})

    class Crash(Exception):
        """The worker dies."""

    def dies(running: Any) -> None:
        running.succeed = lambda *_: (_ for _ in ()).throw(Crash)
        run_bulk_review(office.database, running, notice_days=5)

    JobRunner(office.database, {REVIEW: dies}).step()
    with office.database.transaction() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', lease_until = now() - interval '1 minute'"))
    assert JobRunner(
        office.database, {REVIEW: lambda each: run_bulk_review(office.database, each, notice_days=5)}
    ).step()
    done = office.ask("auditor", "GET", f"/v1/reviews/{job['id']}").json()
    assert (done["state"], done["passed"], sum(done["skipped"].values())) == ("succeeded", 2, 0)
