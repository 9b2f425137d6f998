"""For finance officers: reconcile, show a budget, follow an award, write the year's report. Uses the public API alone.

`python -m services.payout.cli --help`. Reads PAYOUT_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared import cli
from shared.cli import say
from shared.i18n import N_
from shared.media_types import XLSX
from shared.money import yuan

app = typer.Typer(
    no_args_is_help=True, help="Money: reconciliation, budgets, the timeline of an award, the year's report."
)

Url = Annotated[str, typer.Option(envvar="PAYOUT_URL", help="Base URL of payout")]

_ELIGIBILITY = {"compared": N_("compared"), "not_reached": N_("not reached"), "left_out": N_("left out")}


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
        eligibility=_ELIGIBILITY[found["eligibility"]],
        **{name: f"{count:,}" for name, count in found["looked_at"].items()},
    )
    if found["differences"]:
        cli.table(found["differences"], N_("Differences"))
    else:
        say("No differences.")
    if found["differences"] or found["eligibility"] == "not_reached":
        raise typer.Exit(1)


@app.command()
def ask() -> None:
    """Request the events of decisions in force that payout lacks (client `ops`)."""
    asked = cli.post("/v1/reconciliation/requests", {})
    say("{missing} missing, {events} published again", missing=f"{asked['missing']:,}", events=f"{asked['events']:,}")


@app.command()
def budget(unit: str, year: int) -> None:
    """Show a unit's budget of a year, and what approved and proposed decisions will need of it."""
    found = cli.get(f"/v1/budgets/{unit}/{year}")
    amounts = {name.removesuffix("_fen"): yuan(fen) for name, fen in found.items() if name.endswith("_fen")}
    cli.table([amounts], N_("Budget of {unit} for {year}, yuan"), unit=unit, year=year)
    rows = [
        {name.removesuffix("_fen"): yuan(value) if name.endswith("_fen") else value for name, value in row.items()}
        for row in found["forecast"]["awards"]
    ]
    cli.table(rows, N_("Forecast, yuan (proposals: {proposals})"), proposals=found["forecast"]["proposals"])


@app.command()
def award(award_id: str) -> None:
    """Follow an award step by step: when, who, what, how much."""
    cli.table(
        [
            {
                "at": step["at"][:19],
                "actor": step["actor"],
                "step": step["step"],
                "yuan": None if step["amount_fen"] is None else yuan(step["amount_fen"]),
                "unit": step["unit"],
                "reference": step["reference"],
            }
            for step in cli.get(f"/v1/awards/{award_id}")["steps"]
        ]
    )


@app.command()
def report(year: int, file: Annotated[Path, typer.Argument(help="The workbook to write")]) -> None:
    """Write the year's report, per unit, award and jurisdiction, as a workbook."""
    file.write_bytes(cli.read(f"/v1/reports/{year}", XLSX))
    say("{file} written", file=file)


if __name__ == "__main__":
    cli.run(app)
