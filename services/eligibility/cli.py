"""For officers: evaluate, notice, decide objections, approve, read decisions. Uses the public API and nothing else.

`python -m services.eligibility.cli --help`. Reads ELIGIBILITY_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.eligibility.decisions.domain import State
from services.eligibility.decisions.export import COLUMNS as DECISIONS
from services.eligibility.notices.domain import NoticeState
from services.eligibility.notices.export import ENTRIES, NOTICES
from services.eligibility.objections.domain import ObjectionOutcome
from shared import cli
from shared.cli import console, say
from shared.i18n import N_, NamesByCode
from shared.media_types import CSV, XLSX
from shared.policies import FIRST_POLICY
from shared.spreadsheets import TableColumn

app = typer.Typer(no_args_is_help=True, help="Decide awards: evaluate, notice, decide objections, approve.")
decisions = typer.Typer(no_args_is_help=True, help="Read decisions; approve, reject, suspend or resume one.")
notices = typer.Typer(no_args_is_help=True, help="Open, read and close public notices.")
objections = typer.Typer(no_args_is_help=True, help="Record, read and decide objections.")
app.add_typer(decisions, name="decisions")
app.add_typer(notices, name="notices")
app.add_typer(objections, name="objections")

_SKIPPED = {
    "flagged": ("有提示，须写明理由", "flagged, a reason is needed"),
    "not_noticed": ("未经公示", "not noticed"),
    "stale": ("已有变化", "changed meanwhile"),
    "own": ("由本人拟定", "proposed by the same person"),
    "suspended": ("暂缓", "suspended"),
}
EVALUATED = N_(
    "Evaluation {id} at revision {revision} of the facts: {created} new, {restated} restated, {withdrawn} withdrawn,"
    " {unchanged} unchanged."
)
CONDITION_RESULTS: NamesByCode = {"met": ("符合", "met"), "failed": ("不符合", "not met")}
_SHOWN = {
    *("id", "award", "award_year", "payee.name", "entitlement_fen", "state", "version", "noticed_on", "flags"),
}
_SHEETS = {".csv": CSV, ".xlsx": XLSX, ".html": "text/html"}

_DECISIONS = [column for column in DECISIONS if column.path in _SHOWN]
_NOTICES = [*NOTICES, TableColumn("May be closed from", "closable_on")]
_ENTRIES = ENTRIES[1:]  # the document number stands above them
_CONDITIONS = (
    TableColumn("Result", "result", "word", CONDITION_RESULTS),
    TableColumn("What was found", "sentence"),
    TableColumn("Basis", "basis.title"),
)
_ACTS = (
    TableColumn("Act", "act", "word"),
    TableColumn("State", "state", "word"),
    TableColumn("By", "actor"),
    TableColumn("At", "acted_at", "instant"),
    TableColumn("Reason", "reason"),
)
_OBJECTIONS = (
    TableColumn("Objection id", "id"),
    TableColumn("Decision id", "decision_id"),
    TableColumn("Objector", "objector"),
    TableColumn("Reason", "reason"),
    TableColumn("Recorded by", "recorded_by"),
    TableColumn("Recorded at", "recorded_at", "instant"),
    TableColumn("Outcome", "outcome", "word", {"rejected": ("异议不成立", "dismissed")}),
    TableColumn("Decided by", "decided_by"),
    TableColumn("Decided at", "decided_at", "instant"),
    TableColumn("Reason of the decision", "decision_reason"),
)

Url = Annotated[str, typer.Option(envvar="ELIGIBILITY_URL", help="Where eligibility answers")]
Reason = Annotated[str, typer.Option(help="Why; recorded with the act")]
OptionalReason = Annotated[str | None, typer.Option(help="Why; flagged decisions need it")]
Out = Annotated[Path | None, typer.Option(help="Write it whole to this file: .xlsx, .csv; a notice also .html")]
Decision = Annotated[str, typer.Argument(help="The decision's id")]
Notice = Annotated[str, typer.Argument(help="The notice's id")]


@app.callback()
def connect(
    context: typer.Context,
    client_secret: cli.Secret,
    url: Url = "http://127.0.0.1:8002",
    token_url: cli.TokenUrl = cli.LOCAL_ISSUER,
    client_id: cli.ClientId = "commerce-maker",
    language: cli.Language = "zh-CN",
) -> None:
    """Connect to eligibility as an OAuth2 client."""
    cli.connect(
        context, url=url, token_url=token_url, client_id=client_id, client_secret=client_secret, language=language
    )


@app.command()
def evaluate(
    year: Annotated[list[int], typer.Option(help="Award year; give it several times for several")],
    on: Annotated[str, typer.Option(help="Decision day, such as 2024-03-01")],
    uscc: Annotated[list[str] | None, typer.Option(help="An enterprise; all if left out")] = None,
    policy: Annotated[str, typer.Option(help="Code of the policy")] = FIRST_POLICY,
) -> None:
    """Evaluate awards at the registry's newest revision, and propose what differs from the versions in force."""
    body = {"policy": policy, "award_years": year, "scope": uscc or "all", "decided_on": on}
    job = cli.watched("/v1/evaluations", cli.post("/v1/evaluations", body), "evaluating")
    done = cli.succeeded(job)
    say(
        EVALUATED,
        id=done["id"],
        revision=done["facts_revision"],
        **done["decisions"],
    )


@app.command()
def approve(
    evaluation: Annotated[str | None, typer.Option(help="Approve what this evaluation proposed")] = None,
    notice: Annotated[str | None, typer.Option(help="Approve the decisions of this notice")] = None,
    besides: Annotated[list[str] | None, typer.Option("--except", help="A decision to leave as it is")] = None,
    reason: OptionalReason = None,
) -> None:
    """Approve many decisions at once; what cannot be approved is left as it is and counted."""
    body = {"evaluation_id": evaluation, "notice_id": notice, "except": besides or [], "reason": reason}
    job = cli.watched("/v1/approvals", cli.post("/v1/approvals", body), "approving")
    done = cli.succeeded(job)
    say("Approved: {approved}.", approved=done["approved"])
    for why, count in done["skipped"].items():
        if count:
            say("Not approved, {why}: {count}.", why=cli.as_word(why, _SKIPPED), count=count)


@app.command()
def recall(
    awards: Annotated[list[str], typer.Argument(help="Awards that reconciliation names, by id")],
    reason: Annotated[str, typer.Option(help="How it was found that payout has what nobody decided")],
) -> None:
    """Recall versions that payout has and nobody decided. Evaluate afterwards; another person approves what is proposed."""
    done = cli.post("/v1/recalls", {"award_ids": awards, "reason": reason})
    say("recalled {recalled}; as decided {unchanged}", recalled=done["recalled"], unchanged=done["unchanged"])


@decisions.command("list")
def list_decisions(
    uscc: Annotated[str | None, typer.Option(help="The payee")] = None,
    award: Annotated[str | None, typer.Option(help="Code of the award")] = None,
    award_year: Annotated[int | None, typer.Option()] = None,
    state: Annotated[State | None, typer.Option()] = None,
    evaluation: Annotated[str | None, typer.Option(help="The evaluation that proposed them")] = None,
    notice: Annotated[str | None, typer.Option(help="The notice that they are in")] = None,
    out: Out = None,
) -> None:
    """List decisions."""
    filters = {
        "uscc": uscc,
        "award": award,
        "award_year": award_year,
        "state": state,
        "evaluation_id": evaluation,
        "notice_id": notice,
    }
    if out is not None:
        _write("/v1/decisions", out, **filters)
        return
    cli.table(list(cli.items("/v1/decisions", **filters)), _DECISIONS)


@decisions.command("show")
def show_decision(decision: Decision) -> None:
    """Show a decision, its explanation, and everything that was done to it."""
    shown = cli.get(f"/v1/decisions/{decision}")
    cli.table([shown], _DECISIONS)
    cli.table(cli.get(f"/v1/decisions/{decision}/explanation")["conditions"], _CONDITIONS)
    cli.table(shown["acts"], _ACTS)


@decisions.command("approve")
def approve_decision(decision: Decision, reason: OptionalReason = None) -> None:
    """Approve a decision."""
    _moved(decision, "approve", reason)


@decisions.command("reject")
def reject_decision(decision: Decision, reason: Reason) -> None:
    """Reject a proposal."""
    _moved(decision, "reject", reason)


@decisions.command("suspend")
def suspend_decision(decision: Decision, reason: Reason) -> None:
    """Suspend a proposal until it is resumed."""
    _moved(decision, "suspend", reason)


@decisions.command("resume")
def resume_decision(decision: Decision, reason: Reason) -> None:
    """Take up a suspended proposal again."""
    _moved(decision, "resume", reason)


def _moved(decision: str, act: str, reason: str | None) -> None:
    cli.table([cli.post(f"/v1/decisions/{decision}/{act}", {"reason": reason})], _DECISIONS)


@notices.command("open")
def open_notice(
    decision: Annotated[list[str] | None, typer.Argument(help="Decisions to notice")] = None,
    evaluation: Annotated[str | None, typer.Option(help="Instead: all that this evaluation proposed")] = None,
    document_number: Annotated[str | None, typer.Option(help="Its number as an official document (文号)")] = None,
) -> None:
    """Open a public notice."""
    body = {"evaluation_id": evaluation, "decision_ids": decision or None, "document_number": document_number}
    cli.table([cli.post("/v1/notices", body)], _NOTICES)


@notices.command("list")
def list_notices(
    state: Annotated[NoticeState | None, typer.Option()] = None,
    out: Out = None,
) -> None:
    """List notices."""
    if out is not None:
        _write("/v1/notices", out, state=state)
        return
    cli.table(list(cli.items("/v1/notices", state=state)), _NOTICES)


@notices.command("show")
def show_notice(notice: Notice, out: Out = None) -> None:
    """Show a notice as the public sees it; with --out, write the page or spreadsheet to publish."""
    if out is not None:
        _write(f"/v1/notices/{notice}", out)
        return
    cli.table([cli.get(f"/v1/notices/{notice}", limit=1)], _NOTICES)
    cli.table(list(cli.items(f"/v1/notices/{notice}")), _ENTRIES)


@notices.command("close")
def close_notice(notice: Notice) -> None:
    """Close a notice after its term."""
    cli.table([cli.post(f"/v1/notices/{notice}/close", {})], _NOTICES)


@objections.command("record")
def record_objection(
    notice: Notice,
    decision: Decision,
    reason: Reason,
    objector: Annotated[str | None, typer.Option(help="Who objects, and how to reach them")] = None,
) -> None:
    """Record an objection; only its decision is suspended."""
    body = {"decision_id": decision, "objector": objector, "reason": reason}
    cli.table([cli.post(f"/v1/notices/{notice}/objections", body)], _OBJECTIONS)


@objections.command("list")
def list_objections(notice: Notice) -> None:
    """List the objections made in a notice."""
    cli.table(list(cli.items(f"/v1/notices/{notice}/objections")), _OBJECTIONS)


@objections.command("decide")
def decide_objection(
    objection: Annotated[str, typer.Argument(help="The objection's id")],
    outcome: Annotated[ObjectionOutcome, typer.Argument()],
    reason: Reason,
) -> None:
    """Reject or uphold an objection."""
    decided = cli.post(f"/v1/objections/{objection}/decide", {"outcome": outcome, "reason": reason})
    cli.table([decided], _OBJECTIONS)


def _write(path: str, out: Path, **query: object) -> None:
    kind = _SHEETS.get(out.suffix.lower())
    if kind is None:
        raise cli.fail("--out must end in one of: {endings}.", endings=list(_SHEETS))
    out.write_bytes(cli.read(path, kind, **query))
    console.print(str(out))


if __name__ == "__main__":
    sys.exit(app())
