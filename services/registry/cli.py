"""For operators: import files, see their errors, export datasets, show an enterprise. Uses the public API alone.

`python -m services.registry.cli --help`. Reads REGISTRY_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from services.registry.imports.domain import Mode
from shared import cli
from shared.cli import answered, client, console
from shared.media_types import CSV, NDJSON, XLSX
from shared.spreadsheets import BOM, escape_formula

app = typer.Typer(no_args_is_help=True, help="Work with the registry of enterprises and monitoring data.")

_TYPES = {".ndjson": NDJSON, ".jsonl": NDJSON, ".xlsx": XLSX}
_SHOWN_ERRORS = 50

Url = Annotated[str, typer.Option(envvar="REGISTRY_URL", help="Where the registry answers")]


@app.callback()
def connect(
    context: typer.Context,
    client_secret: cli.Secret,
    url: Url = "http://127.0.0.1:8001",
    token_url: cli.TokenUrl = cli.LOCAL_ISSUER,
    client_id: cli.ClientId = "data-platform",
    language: cli.Language = "zh-CN",
) -> None:
    """Connect to a registry as an OAuth2 client."""
    cli.connect(
        context, url=url, token_url=token_url, client_id=client_id, client_secret=client_secret, language=language
    )


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="CSV, TSV, NDJSON, or a workbook (.xlsx, .xls, .xlsb, .ods)"),
    ],
    dataset: Annotated[str | None, typer.Option(help="Dataset; leave out for a workbook with a sheet each")] = None,
    mode: Annotated[
        Mode, typer.Option(help="What becomes of the good rows of a file with bad ones")
    ] = Mode.ALL_OR_NOTHING,
    dry_run: Annotated[bool, typer.Option(help="Check and report, store nothing")] = False,  # noqa: FBT002 - an option
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook")] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows here (.csv or .xlsx), to be corrected")
    ] = None,
) -> None:
    """Import a file and show its progress, then its errors if it has any."""
    media_type = _TYPES.get(file.suffix.lower(), CSV)  # what else it is, its beginning says
    query = {
        "dataset": dataset,
        "mode": mode.value,
        "dry_run": str(dry_run).lower(),
        "sheet": sheet,
        "source": file.name,
    }
    with file.open("rb") as content:
        job = answered(
            client().post(
                "/v1/imports",
                params={name: value for name, value in query.items() if value is not None},
                content=iter(lambda: content.read(1 << 20), b""),
                headers={"Content-Type": media_type},
            )
        ).json()
    job = cli.watched("/v1/imports", job, "importing")
    counts = job["rows"]
    revision = job["revision"] if job["revision"] is not None else "–"
    console.print(
        f"read {counts['read']}, accepted {counts['accepted']}, unchanged {counts['unchanged']},"
        f" rejected {counts['rejected']}; revision {revision}"
    )
    for warning in job["warnings"]:
        console.print(f"{warning['message']} {'; '.join(warning['examples'])} ({warning['count']})", markup=False)
    if counts["rejected"]:
        show_errors(job["id"], rejected)
    cli.succeeded(job)


@app.command("errors")
def show_errors(
    import_id: Annotated[str, typer.Argument(help="The import's id")],
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows here (.csv or .xlsx), to be corrected")
    ] = None,
) -> None:
    """Show an import's errors as a table; with --rejected, write the rows to correct as CSV."""
    page = cli.get(f"/v1/imports/{import_id}/errors", limit=_SHOWN_ERRORS)
    cli.table([{name: item[name] for name in ("line", "field", "code", "message")} for item in page["items"]])
    if page["next_cursor"]:
        console.print(f"… the first {_SHOWN_ERRORS}; more in the file that --rejected writes")
    if rejected is not None:
        form = XLSX if rejected.suffix.lower() == ".xlsx" else CSV
        rejected.write_bytes(cli.read(f"/v1/imports/{import_id}/errors", form))
        console.print(f"rejected rows: {rejected}")


@app.command("export")
def export(
    dataset: Annotated[str, typer.Argument(help="Dataset")],
    file: Annotated[Path, typer.Argument(help="CSV to write")],
    revision: Annotated[int | None, typer.Option(help="Revision to read at; the newest if left out")] = None,
) -> None:
    """Write a dataset as CSV (UTF-8 with BOM, field names as headings, fen), safe to open in a spreadsheet."""
    at = revision if revision is not None else cli.get("/v1/revisions/latest")["revision"]
    fields = [item["name"] for item in cli.get(f"/v1/datasets/{dataset}")["fields"]]
    written = 0
    with (
        client().stream("GET", f"/v1/snapshots/{at}/{dataset}", headers={"Accept": NDJSON}) as answer,
        file.open("w", encoding="utf-8", newline="") as output,
    ):
        if answer.is_error:
            answer.read()
        answered(answer)
        output.write(BOM.decode())
        writer = csv.writer(output)
        writer.writerow(fields)
        for line in answer.iter_lines():
            record = orjson.loads(line)
            writer.writerow([_cell(record[name]) for name in fields])
            written += 1
    console.print(f"{written} rows of {dataset} at revision {at}: {file}")


@app.command("enterprise")
def show_enterprise(
    uscc: Annotated[str, typer.Argument(help="Unified social credit code")],
    on: Annotated[str | None, typer.Option(help="Day, such as 2024-12-31; today if left out")] = None,
) -> None:
    """Show everything that is known about an enterprise."""
    card = cli.get(f"/v1/enterprises/{uscc}", on=on)
    enterprise = card["enterprise"]
    console.print(f"[bold]{enterprise['name']}[/bold]  {enterprise['uscc']}  {enterprise['legal_form']}")
    monitored = ", ".join(card["monitored_as"]) or "–"
    console.print(
        f"{card['on']}: {card['jurisdiction'] or 'place unknown'}; monitored as {monitored}; revision {card['revision']}"
    )
    for dataset, records in card["records"].items():
        cli.table(records, dataset)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape_formula(value) if isinstance(value, str) else str(value)


if __name__ == "__main__":
    sys.exit(app())
