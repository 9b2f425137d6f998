"""`subsidies …`: one command for operators and officers. What each does stands in its help."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from services import databases
from services.eligibility.cli import app as eligibility
from services.payout.cli import app as payout
from services.registry.cli import app as registry
from shared.errors import DomainError

app = typer.Typer(no_args_is_help=True, help="Subsidies: facts, decisions, money, and the databases behind them.")
app.add_typer(registry, name="registry")
app.add_typer(eligibility, name="eligibility")
app.add_typer(payout, name="payout")

Services = Annotated[list[str] | None, typer.Argument(help="registry, eligibility, payout; all three if left out")]


@app.command()
def migrate(services: Services = None) -> None:
    """Bring databases to this version. Reads `<SERVICE>_OWNER_DATABASE_URL` and the service's settings."""
    for service in _known(services):
        try:
            databases.migrate(service)
        except DomainError as error:
            sys.exit(str(error))
        sys.stdout.write(orjson.dumps({"migrated": service}).decode() + "\n")


@app.command()
def verify(services: Services = None) -> None:
    """Verify every hash chain, the ledger's included: a line of JSON for each. Reads `<SERVICE>_DATABASE_URL`.

    Exit code 1 if a chain does not hold, with the first broken block on standard error.
    """
    first: str | None = None
    for service in _known(services):
        variable = f"{service.upper()}_DATABASE_URL"
        if variable not in os.environ:
            raise typer.BadParameter(f"Set {variable}.")
        for found in databases.verify_chains(service, os.environ[variable]):
            sys.stdout.write(orjson.dumps({"service": service} | asdict(found)).decode() + "\n")
            if found.broken_at is not None and first is None:
                first = f"{service}, {found.chain}, block {found.broken_at}: {found.problem}"
    if first is not None:
        sys.stderr.write(f"First broken block: {first}.\n")
        raise typer.Exit(1)


def _known(services: list[str] | None) -> list[str]:
    for service in services or ():
        if service not in databases.SCHEMAS:
            raise typer.BadParameter(f"Services are {', '.join(databases.SCHEMAS)}.")
    return services or list(databases.SCHEMAS)


if __name__ == "__main__":
    app()
