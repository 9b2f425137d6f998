"""A procedure with every step, three payees, and the acts of its persons."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text
from stdnum.cn import uscc

from services.eligibility.reviews.handlers import REVIEW, run_bulk_review
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.support import evaluate

PROCEDURE = "/v1/policies/lishui-2020-1/procedure"
A, B, C = (
    code + uscc.calc_check_digit(code) for code in ("91331100660565430", "91331100660565431", "91331100660565432")
)
WHOLE = {
    "confirmation": {"required": True, "working_days": 5, "silence": "declines"},
    "reviews": [{"reviewer": "statistics"}, {"reviewer": "district", "awards": ["courier-rent"]}],
    "notice_working_days": 3,
    "later_instalments": "confirmed",
}
STEPS = ["confirmation", "review:statistics", "review:district"]
YES = {"accept": True, "account_confirmed": True, "commitment": True}
NO = {"accept": False, "account_confirmed": False, "commitment": False}
TODAY = date(2026, 3, 2)


def adopted(office: Office, **changes: Any) -> dict[str, Any]:
    """Have two persons adopt a procedure."""
    made = office.did("commerce-maker", PROCEDURE, WHOLE | changes | {"reason": "丽商务〔2026〕1号"})
    return office.did("commerce-checker", f"{PROCEDURE}/{made['id']}/confirm")


def opened_round(office: Office) -> str:
    """Open a round for 2023; returns its id."""
    body = {
        "policy": "lishui-2020-1",
        "title": "2023年度第一批",
        "award_years": [2023],
        "opens_on": "2026-03-01",
        "closes_on": "2026-06-30",
    }
    return str(office.did("commerce-maker", "/v1/rounds", body)["id"])


def waiting_for_a_lock(database: Database) -> bool:
    """Return whether somebody waits for a lock in this database."""
    query = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    )
    with database.reading() as connection:
        return bool(connection.execute(text(query)).scalar_one())


def proposed(office: Office, *rows: dict[str, Any], **how: Any) -> str:
    """Propose the awards of these rows; returns the evaluation's id."""
    return str(evaluate(office.database, *rows, on=TODAY, **how)[0])


def decision(office: Office, subject: str) -> dict[str, Any]:
    """Return the decision about a subject as an auditor reads it."""
    shown: dict[str, Any] = office.ask("auditor", "GET", f"/v1/decisions/{office.id_of(subject)}").json()
    return shown


def waits(office: Office, subject: str) -> list[str]:
    """Return what the decision about a subject waits for."""
    return list(decision(office, subject)["waiting_for"])


def enterprise(office: Office, code: str) -> dict[str, str]:
    """Return the headers of an enterprise's own token."""
    return office.tokens.bearer(sub=f"enterprise:{code}", uscc=code, scope="own:read own:write")


def path(office: Office, subject: str, act: str) -> str:
    """Return the path of an act on the decision about a subject."""
    return f"/v1/decisions/{office.id_of(subject)}/{act}"


def confirmed(office: Office, subject: str, body: dict[str, Any] = YES) -> dict[str, Any]:
    """Have the payee answer; returns the answer."""
    given = office.ask_as(enterprise(office, subject), "POST", path(office, subject, "confirmation"), body)
    assert given.is_success, given.text
    shown: dict[str, Any] = given.json()
    return shown


def reviewed(office: Office, subject: str, client: str, reviewer: str, **changes: Any) -> dict[str, Any]:
    """Have a reviewer pass the decision about a subject, or as `changes` say."""
    body = {"reviewer": reviewer, "outcome": "passed"} | changes
    return office.did(client, path(office, subject, "reviews"), body)


def reviewed_in_bulk(office: Office, client: str, body: dict[str, Any]) -> dict[str, Any]:
    """Have what waits for a reviewer passed in bulk; returns the finished job."""
    job = office.did(client, "/v1/reviews", body)
    assert JobRunner(office.database, {REVIEW: lambda job: run_bulk_review(office.database, job, notice_days=5)}).step()
    done: dict[str, Any] = office.ask("auditor", "GET", f"/v1/reviews/{job['id']}").json()
    return done


def ready(office: Office, *subjects: str) -> None:
    """Have decisions confirmed and passed by both reviewers."""
    for subject in subjects:
        confirmed(office, subject)
        reviewed(office, subject, "statistics-officer", "statistics")
        reviewed(office, subject, "liandu-officer", "district")
