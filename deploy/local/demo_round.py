"""One round played by everybody whom it concerns: confirmations, reviews, a refusal, approval, and what waits for whom meanwhile.

Its enterprises are invented, and new: what the demonstration has decided before stays as it is.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from stdnum.cn import uscc as codes

from deploy.local.demo_client import DemoClient
from services.eligibility.decisions.export import COLUMNS as DECISIONS
from shared import cli
from shared.cli import say
from shared.clock import calendar_date
from shared.i18n import N_
from shared.spreadsheets import TableColumn

POLICY, AWARD, YEAR = "lishui-2020-1", "courier-rent", 2024
PROCEDURE: dict[str, Any] = {
    "confirmation": {"required": True, "working_days": 10, "silence": "waits"},
    "reviews": [{"reviewer": "postal", "awards": [AWARD]}, {"reviewer": "district", "awards": [AWARD]}],
    "notice_working_days": 0,
    "later_instalments": "automatic",
    "terms": {"review": 5, "approval": 3},
}
_CODES = tuple(f"{code}{codes.calc_check_digit(code)}" for code in (f"91331100MA2Q0000{n}" for n in range(1, 5)))
TAKER, DECLINER, DOUBTED, REFUSED = _CODES
"""Who accepts with its account, who declines, of whom a reviewer is not sure at first, who has too few parcels."""

_TASKS = (
    TableColumn("Task", "title"),
    TableColumn("Since", "since"),
    TableColumn("Due on", "due_on"),
)
_ROUND = tuple(each for each in DECISIONS if each.path in {"payee.name", "state", "entitlement_fen", "waiting_for"})


def play_round(demo: DemoClient, today: date) -> None:
    """Play a round from its procedure to its approval, unless this system has played it before: its enterprises are decided."""
    title = _title()
    if any(each["title"] == title for each in demo.items("commerce-maker", "eligibility:/v1/rounds", policy=POLICY)):
        say(
            "{round} was played here before: its decisions stay. To play it again, begin with another STATE_DIR.",
            round=title,
        )
        return
    round_id = prepare_round(demo, today)
    _tasks(demo, "commerce-checker", N_("What waits for the checker"))
    job = demo.post("commerce-checker", "eligibility:/v1/approvals", {"round_id": round_id})
    demo.wait_for_job("commerce-checker", f"eligibility:/v1/approvals/{job['id']}", N_("approval"))
    cli.table(demo.decisions(round_id=round_id), _ROUND)


def prepare_round(demo: DemoClient, today: date) -> str:
    """Play a round until its proposals wait for their approval; returns its id."""
    draft = _record(demo)
    made = demo.post(
        "commerce-maker",
        f"eligibility:/v1/policies/{POLICY}/procedure",
        PROCEDURE | {"reason": cli.translated("sample procedure")},
    )
    demo.post("commerce-checker", f"eligibility:/v1/policies/{POLICY}/procedure/{made['id']}/confirm", {})
    opened = demo.post(
        "commerce-maker",
        "eligibility:/v1/rounds",
        {
            "policy": POLICY,
            "title": _title(),
            "award_years": [YEAR],
            "awards": [AWARD],
            "opens_on": today.isoformat(),
            "closes_on": (today + timedelta(days=60)).isoformat(),
        },
    )
    demo.evaluate([YEAR], today.isoformat(), scope=list(_CODES), round_id=opened["id"])
    proposals = {each["payee"]["uscc"]: each["id"] for each in demo.decisions(round_id=opened["id"])}
    _tasks(demo, f"enterprise:{TAKER}", N_("What waits for an enterprise"))
    _confirm(demo, proposals, draft)
    _tasks(demo, "postal-officer", N_("What waits for the postal administration"))
    _review(demo, opened["id"], proposals[DOUBTED])
    _refuse(demo)
    return str(opened["id"])


def _title() -> str:
    return cli.translated("sample round {year}", year=YEAR)


def _record(demo: DemoClient) -> str:
    """Record the enterprises; return the draft of the account that nobody has confirmed."""
    source = _title()
    demo.record(
        "enterprises",
        [
            {
                "uscc": code,
                "name": f"丽水快递{name}有限公司（样例）",
                "legal_form": "enterprise",
                "registered_on": "2019-05-01",
            }
            for code, name in zip(_CODES, "甲乙丙丁", strict=True)
        ],
        source,
    )
    demo.record(
        "locations", [{"uscc": code, "since": "2019-05-01", "jurisdiction": "liandu"} for code in _CODES], source
    )
    demo.record(
        "courier_years",
        [
            {"uscc": code, "year": YEAR, "parcels": parcels, "operating_days": 365, "rent_fen": 30_000_000}
            for code, parcels in zip(_CODES, (4_000_000, 4_100_000, 4_200_000, 3_000_000), strict=True)
        ],
        source,
    )
    demo.record("payee_accounts", [_account(DOUBTED)], source)
    body = {"records": [_account(TAKER)], "source": source}
    made = demo.post("data-platform", "registry:/v1/datasets/payee_accounts/records", body)
    return str(made["draft"])


def _account(code: str) -> dict[str, Any]:
    return {
        "uscc": code,
        "since": "2019-05-01",
        "account_holder": f"丽水快递{'甲乙丙丁'[_CODES.index(code)]}有限公司（样例）",
        "bank_code": "102343000018",
        "account_number": f"6228{int(code[12:17], 36):015d}",
        "until": None,
    }


def _confirm(demo: DemoClient, proposals: dict[str, str], draft: str) -> None:
    accepts = {"accept": True, "account_confirmed": True, "commitment": True}
    for code, body in ((TAKER, accepts), (DECLINER, {"accept": False}), (DOUBTED, accepts)):
        demo.post(f"enterprise:{code}", f"eligibility:/v1/decisions/{proposals[code]}/confirmation", body)
    demo.wait_until(
        lambda: demo.look("commerce-maker", f"registry:/v1/drafts/{draft}")["state"] == "confirmed", N_("confirmation")
    )
    confirmed = demo.get("commerce-maker", f"registry:/v1/drafts/{draft}")
    drafted, by = confirmed["proposed_by"], confirmed["confirmed_by"]
    say("The account was drafted by {drafted}, and confirmed by {confirmed}.", drafted=drafted, confirmed=by)


def _review(demo: DemoClient, round_id: str, doubted: str) -> None:
    path = f"eligibility:/v1/decisions/{doubted}/reviews"
    doubts = {
        "reviewer": "postal",
        "outcome": "objected",
        "reason": cli.translated("parcels are being compared once more"),
    }
    demo.post("postal-officer", path, doubts)
    for client, reviewer in (("postal-officer", "postal"), ("liandu-officer", "district")):
        job = demo.post(client, "eligibility:/v1/reviews", {"round_id": round_id, "reviewer": reviewer})
        ended = demo.wait_for_job(client, f"eligibility:/v1/reviews/{job['id']}", N_("review"))
        objected = ended["skipped"]["objected"]
        say("Reviewed: {passed} passed, {objected} objected to.", passed=ended["passed"], objected=objected)
    demo.post("postal-officer", path, {"reviewer": "postal", "outcome": "passed"})


def _refuse(demo: DemoClient) -> None:
    case = {"policy": POLICY, "award": AWARD, "subject": REFUSED, "award_year": YEAR}
    drawn = demo.post(f"enterprise:{REFUSED}", "eligibility:/v1/refusals", case)
    path = f"eligibility:/v1/refusals/{drawn['id']}"
    statement = {"statement": cli.translated("a branch's parcels are missing")}
    demo.post(f"enterprise:{REFUSED}", f"{path}/statements", statement)
    issued = demo.post("commerce-checker", f"{path}/issue", {})
    say("Refused: {payee}, issued by {by}.", payee=issued["payee"]["name"], by=issued["issued_by"])


def _tasks(demo: DemoClient, client: str, title: str) -> None:
    shown = demo.get(client, "eligibility:/v1/tasks")["items"]
    since = [calendar_date(datetime.fromisoformat(task["waiting_since"])).isoformat() for task in shown]
    cli.table([task | {"since": day} for task, day in zip(shown, since, strict=True)], _TASKS, title)
