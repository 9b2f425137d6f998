"""For finance officers: reconcile, look at a budget, follow an award. Uses the public API and nothing else.

`python -m services.payout.cli --help`. Reads PAYOUT_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared import cli
from shared.cli import console
from shared.media_types import XLSX
from shared.money import yuan

app = typer.Typer(no_args_is_help=True, help="Money: reconcile, budgets, the story of an award, the year's report.")

Url = Annotated[str, typer.Option(envvar="PAYOUT_URL", help="Where payout answers")]


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
    alone: Annotated[bool, typer.Option(help="Compare payout's own books, without eligibility's decisions")] = False,
    limit: Annotated[int, typer.Option(help="Differences of each kind to name", min=1, max=1_000)] = 100,
) -> None:
    """Compare everything that is kept in two places; exit code 1 if anything differs or eligibility was not reached."""
    found = cli.get("/v1/reconciliation", eligibility=not alone, limit=limit)
    looked = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in found["looked_at"].items())
    console.print(f"{len(found['checks'])} comparisons over {looked}; eligibility: {found['eligibility']}")
    if found["differences"]:
        cli.table(found["differences"], "Differences")
    else:
        console.print("all agree")
    if found["differences"] or found["eligibility"] == "not_reached":
        raise typer.Exit(1)


@app.command()
def ask() -> None:
    """Have eligibility tell again what it has decided and payout lacks (client `ops`)."""
    asked = cli.post("/v1/reconciliation/requests", {})
    console.print(f"{asked['missing']:,} missing, {asked['events']:,} told again")


@app.command()
def budget(unit: str, year: int) -> None:
    """Show a unit's budget of a year, and what approved and proposed decisions will need of it."""
    found = cli.get(f"/v1/budgets/{unit}/{year}")
    cli.table([{name[:-4]: yuan(fen) for name, fen in found.items() if name.endswith("_fen")}], f"{unit} {year}, yuan")
    rows = [
        {name.removesuffix("_fen"): yuan(value) if name.endswith("_fen") else value for name, value in row.items()}
        for row in found["forecast"]["awards"]
    ]
    cli.table(rows, f"Forecast, yuan (proposals: {found['forecast']['proposals']})")


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
    console.print(f"{file} written")


if __name__ == "__main__":
    app()
