"""The command `subsidies`, for officers and operators; `subsidies --help` lists what it does."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from services import databases
from services.doctor.domain import State
from services.eligibility.cli import app as eligibility
from services.payout.cli import app as payout
from services.payout.reports.verify_export import verify_export
from services.registry.cli import app as registry
from shared import cli, event_keys
from shared.clock import SystemClock
from shared.errors import DomainError

app = typer.Typer(no_args_is_help=True, help="Subsidies: facts, decisions, money, and the databases that keep them.")
app.add_typer(registry, name="registry")
app.add_typer(eligibility, name="eligibility")
app.add_typer(payout, name="payout")

Services = Annotated[
    list[str] | None, typer.Argument(help="registry, eligibility or payout; all three if none is named")
]


@app.command()
def migrate(services: Services = None) -> None:
    """Migrate databases to this version. Reads `<SERVICE>_OWNER_DATABASE_URL` and the service's settings.

    The exit code is 1, and nothing is done, if a database lacks what the migration needs (`subsidies doctor`).
    """
    for service in _known(services):
        try:
            databases.migrate(service)
        except DomainError as error:
            raise cli.fail(error.message, **error.parameters) from error
        sys.stdout.write(orjson.dumps({"migrated": service}).decode() + "\n")


@app.command()
def doctor(
    services: Services = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each thing that was looked at")
    ] = False,
) -> None:
    """Name what the databases, Kafka, the clocks, the identity provider and the disk lack for a start. Changes nothing.

    Reads the environment of a process: run it with that of each. The exit code is 1 if something is lacking.
    """
    lacks = False
    for found in databases.examine(_known(services), SystemClock()):
        sentence = cli.translated(found.message, **found.parameters)
        lacks = lacks or found.state is State.LACKING
        if as_json:
            line = {"part": found.part, "state": found.state, "message": sentence}
            service = {"service": found.parameters["service"]} if "service" in found.parameters else {}
            sys.stdout.write(orjson.dumps(service | line).decode() + "\n")
        else:
            words = {"state": cli.as_word(found.state), "part": cli.as_word(found.part)}
            sys.stdout.write(cli.translated("{state}, {part}: {sentence}", **words, sentence=sentence) + "\n")
    if lacks:
        raise typer.Exit(1)


@app.command()
def verify(services: Services = None) -> None:
    """Verify every hash chain, that of the ledger included: a line of JSON for each. Reads `<SERVICE>_DATABASE_URL`.

    The exit code is 1 if a chain is broken; standard error names the first broken block.
    """
    broken = False
    for service in _known(services):
        variable = f"{service.upper()}_DATABASE_URL"
        if variable not in os.environ:
            raise typer.BadParameter(cli.translated("Set the environment variable {variable}.", variable=variable))
        for found in databases.verify_chains(service, os.environ[variable]):
            sys.stdout.write(orjson.dumps({"service": service} | asdict(found)).decode() + "\n")
            if found.broken_at is not None and not broken:
                broken = True
                sys.stderr.write(
                    cli.translated(
                        "First broken block: {service}, {chain}, block {block}: {problem}.",
                        service=service,
                        chain=found.chain,
                        block=found.broken_at,
                        problem=found.problem,
                    )
                    + "\n"
                )
    if broken:
        raise typer.Exit(1)


@app.command("verify-export")
def verify_auditors_export(file: Annotated[Path, typer.Argument(help="The archive that was exported")]) -> None:
    """Verify an auditors' export without a database: a line of JSON. Compare `head` with the one that was recorded before.

    The exit code is 1 if anything is wrong; `problems` says what.
    """
    found = verify_export(file)
    sys.stdout.write(orjson.dumps(asdict(found)).decode() + "\n")
    if found.problems:
        raise typer.Exit(1)


@app.command("event-key")
def event_key(service: Annotated[str, typer.Argument(help="registry, eligibility or payout")]) -> None:
    """Make a key pair that signs a service's events, as JSON.

    `private` is the value of `<SERVICE>_EVENT_KEY` for the relay; `public` becomes a member of `keys` in `EVENT_KEYS` everywhere.
    """
    _known([service])
    private, public = event_keys.make(service)
    sys.stdout.write(orjson.dumps({"private": private, "public": public}).decode() + "\n")


def _known(services: list[str] | None) -> list[str]:
    for service in services or ():
        if service not in databases.SCHEMAS:
            raise typer.BadParameter(cli.translated("Services are {services}.", services=list(databases.SCHEMAS)))
    return services or list(databases.SCHEMAS)


def main() -> None:
    """Run the command line."""
    cli.run(app)


if __name__ == "__main__":
    main()
