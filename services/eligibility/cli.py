"""For officers: evaluate, notice, decide objections, approve, read decisions. Uses the public API and nothing else.

`python -m services.eligibility.cli --help`. Reads ELIGIBILITY_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.eligibility.decisions.domain import State
from services.eligibility.notices.domain import NoticeState
from services.eligibility.objections.domain import ObjectionOutcome
from shared import cli
from shared.cli import console
from shared.media_types import CSV, XLSX
from shared.money import yuan
from shared.policies import FIRST_POLICY

app = typer.Typer(no_args_is_help=True, help="Decide awards: evaluate, notice, decide objections, approve.")
decisions = typer.Typer(no_args_is_help=True, help="Read decisions; approve, reject, suspend or resume one.")
notices = typer.Typer(no_args_is_help=True, help="Open, read and close public notices.")
objections = typer.Typer(no_args_is_help=True, help="Record, read and decide objections.")
app.add_typer(decisions, name="decisions")
app.add_typer(notices, name="notices")
app.add_typer(objections, name="objections")

_SHEETS = {".csv": CSV, ".xlsx": XLSX, ".html": "text/html"}

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
    counts = ", ".join(f"{name} {count}" for name, count in done["decisions"].items())
    console.print(f"evaluation {done['id']} at facts revision {done['facts_revision']}: {counts}")


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
    skipped = ", ".join(f"{name} {count}" for name, count in done["skipped"].items())
    console.print(f"approved {done['approved']}; skipped: {skipped}")


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
    cli.table([_line(row) for row in cli.items("/v1/decisions", **filters)])


@decisions.command("show")
def show_decision(decision: Decision) -> None:
    """Show a decision, its explanation, and everything that was done to it."""
    shown = cli.get(f"/v1/decisions/{decision}")
    cli.table([_line(shown)])
    why = cli.get(f"/v1/decisions/{decision}/explanation")
    cli.table([{name: each[name] for name in ("title", "article", "result")} for each in why["conditions"]])
    cli.table(shown["acts"])


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "award": row["award"],
        "year": row["award_year"],
        "payee": row["payee"]["name"],
        "yuan": yuan(row["entitlement_fen"]),
        "state": row["state"],
        "version": row["version"],
        "noticed": row["noticed_on"],
        "flags": ", ".join(row["flags"]),
    }


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
    cli.table([_line(cli.post(f"/v1/decisions/{decision}/{act}", {"reason": reason}))])


@notices.command("open")
def open_notice(
    decision: Annotated[list[str] | None, typer.Argument(help="Decisions to notice")] = None,
    evaluation: Annotated[str | None, typer.Option(help="Instead: all that this evaluation proposed")] = None,
) -> None:
    """Open a public notice."""
    body = {"evaluation_id": evaluation, "decision_ids": decision or None}
    cli.table([_notice(cli.post("/v1/notices", body))])


@notices.command("list")
def list_notices(
    state: Annotated[NoticeState | None, typer.Option()] = None,
    out: Out = None,
) -> None:
    """List notices."""
    if out is not None:
        _write("/v1/notices", out, state=state)
        return
    cli.table([_notice(row) for row in cli.items("/v1/notices", state=state)])


@notices.command("show")
def show_notice(notice: Notice, out: Out = None) -> None:
    """Show a notice as the public sees it; with --out, write the page or spreadsheet to publish."""
    if out is not None:
        _write(f"/v1/notices/{notice}", out)
        return
    cli.table([_notice(cli.get(f"/v1/notices/{notice}", limit=1))])
    entries = cli.items(f"/v1/notices/{notice}")
    cli.table([each | {"payee": each["payee"]["name"], "uscc": each["payee"]["uscc"]} for each in entries])


@notices.command("close")
def close_notice(notice: Notice) -> None:
    """Close a notice after its term."""
    cli.table([_notice(cli.post(f"/v1/notices/{notice}/close", {}))])


def _notice(row: dict[str, Any]) -> dict[str, Any]:
    shown = ("id", "state", "opened_on", "last_day", "closable_on", "closed_on", "total")
    return {**{name: row[name] for name in shown}, **row["objections"]}


@objections.command("record")
def record_objection(
    notice: Notice,
    decision: Decision,
    reason: Reason,
    objector: Annotated[str | None, typer.Option(help="Who objects, and how to reach them")] = None,
) -> None:
    """Record an objection; only its decision is suspended."""
    body = {"decision_id": decision, "objector": objector, "reason": reason}
    cli.table([cli.post(f"/v1/notices/{notice}/objections", body)])


@objections.command("list")
def list_objections(notice: Notice) -> None:
    """List the objections made in a notice."""
    cli.table(list(cli.items(f"/v1/notices/{notice}/objections")))


@objections.command("decide")
def decide_objection(
    objection: Annotated[str, typer.Argument(help="The objection's id")],
    outcome: Annotated[ObjectionOutcome, typer.Argument()],
    reason: Reason,
) -> None:
    """Reject or uphold an objection."""
    cli.table([cli.post(f"/v1/objections/{objection}/decide", {"outcome": outcome, "reason": reason})])


def _write(path: str, out: Path, **query: object) -> None:
    kind = _SHEETS.get(out.suffix.lower())
    if kind is None:
        cli.failures.print(f"[red]--out ends in one of {', '.join(_SHEETS)}[/red]")
        raise typer.Exit(1)
    out.write_bytes(cli.read(path, kind, **query))
    console.print(str(out))


if __name__ == "__main__":
    sys.exit(app())
