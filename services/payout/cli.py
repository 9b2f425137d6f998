"""For finance officers: reconcile, show a budget, follow an award, write the year's report. Uses the public API alone.

`python -m services.payout.cli --help`. Reads PAYOUT_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.payout.reports.export import COLUMNS as REPORT
from shared import cli
from shared.cli import say
from shared.i18n import N_
from shared.media_types import XLSX, ZIP
from shared.money_words import CHECK_WORDS, STEP_WORDS
from shared.policies import AWARD_TITLES, UNITS
from shared.spreadsheets import TableColumn

app = typer.Typer(
    no_args_is_help=True, help="Money: reconciliation, budgets, the timeline of an award, the year's report."
)

Url = Annotated[str, typer.Option(envvar="PAYOUT_URL", help="Base URL of payout")]

_FROM_ELIGIBILITY = {
    "compared": N_("compared"),
    "counted": N_("counted"),
    "not_reached": N_("not reached"),
    "left_out": N_("left out"),
}
_DIFFERENCES = (
    TableColumn("Comparison", "check", "word", CHECK_WORDS),
    TableColumn("Where", "subject"),
    TableColumn("Expected (yuan)", "expected_fen", "yuan"),
    TableColumn("Found (yuan)", "found_fen", "yuan"),
)
_FORECAST = (
    TableColumn("Award", "award", "word", AWARD_TITLES),
    TableColumn("Waiting orders", "orders", "whole"),
    TableColumn("Waiting orders (yuan)", "approved_fen", "yuan"),
    TableColumn("Proposals", "proposals", "whole"),
    TableColumn("Proposals (yuan)", "proposed_fen", "yuan"),
    TableColumn("Together (yuan)", "amount_fen", "yuan"),
)
_STEPS = (
    TableColumn("At", "at", "instant"),
    TableColumn("By", "actor"),
    TableColumn("Step", "step", "word", STEP_WORDS),
    TableColumn("Amount (yuan)", "amount_fen", "yuan"),
    TableColumn("Budget unit", "unit", "word", UNITS),
    TableColumn("Reference", "reference"),
)


@app.callback()
def connect(
    context: typer.Context,
    client_secret: cli.Secret,
    url: Url = "http://127.0.0.1:8003",
    token_url: cli.TokenUrl = cli.LOCAL_ISSUER,
    client_id: cli.ClientId = "auditor",
    language: cli.Language = "zh-CN",
) -> None:
    """Connect to payout as an OAuth2 client."""
    cli.connect(
        context, url=url, token_url=token_url, client_id=client_id, client_secret=client_secret, language=language
    )


@app.command()
def reconcile(
    alone: Annotated[
        bool, typer.Option(help="Compare payout's own books only, without eligibility's decisions")
    ] = False,
    limit: Annotated[int, typer.Option(help="Most differences of each kind to show", min=1, max=1_000)] = 100,
) -> None:
    """Compare everything that is stored in two places; exit code 1 if anything differs or eligibility was not reached."""
    found = cli.get("/v1/reconciliation", eligibility=not alone, limit=limit)
    say(
        "{checks} checks over {awards} awards, {orders} payment orders and {postings} postings; waiting for an arrangement:"
        " {waiting}; open dead letters: {dead_letters}; eligibility: {eligibility}",
        checks=len(found["checks"]),
        eligibility=_FROM_ELIGIBILITY[found["eligibility"]],
        **{name: f"{count:,}" for name, count in found["looked_at"].items()},
    )
    if found["differences"]:
        cli.table(found["differences"], _DIFFERENCES, N_("Differences"))
    else:
        say("No differences.")
    if found["differences"] or found["eligibility"] == "not_reached":
        raise typer.Exit(1)


@app.command()
def ask() -> None:
    """Request the events of decisions in force that payout lacks (client `ops`)."""
    asked = cli.post("/v1/reconciliation/requests", {})
    say(
        "{missing} missing, {events} published again; {in_flight} of the last minute still on their way",
        **{name: f"{count:,}" for name, count in asked.items()},
    )


@app.command()
def budget(unit: str, year: int) -> None:
    """Show a unit's budget of a year, and what approved and proposed decisions will need of it."""
    found = cli.get(f"/v1/budgets/{unit}/{year}")
    cli.table([found], [column for column in REPORT if column.path in found], N_("Budget"))
    proposals = _FROM_ELIGIBILITY[found["forecast"]["proposals"]]
    cli.table(found["forecast"]["awards"], _FORECAST, N_("Forecast (proposals: {proposals})"), proposals=proposals)


@app.command()
def award(award_id: str) -> None:
    """Follow an award step by step: when, who, what, how much."""
    cli.table(cli.get(f"/v1/awards/{award_id}")["steps"], _STEPS)


@app.command()
def report(year: int, file: Annotated[Path, typer.Argument(help="The workbook to write")]) -> None:
    """Write the year's report, per unit, award and jurisdiction, as a workbook."""
    file.write_bytes(cli.read(f"/v1/reports/{year}", XLSX))
    say("{file} written", file=file)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="The archive to write")]) -> None:
    """Write the auditors' export: postings with their hash chain, payment orders, decisions and shares."""
    file.write_bytes(cli.read("/v1/reports/audit-export", ZIP))
    say("{file} written", file=file)


if __name__ == "__main__":
    cli.run(app)
