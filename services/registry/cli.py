"""For operators: import files, see their errors, export datasets, show an enterprise. Uses the public API alone.

`python -m services.registry.cli --help`. Reads REGISTRY_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer

from services.registry.imports.domain import Mode
from shared import cli
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import INTEGERS, Dataset, Kind
from shared.cli import answered, client, console, say
from shared.i18n import NamesByCode
from shared.media_types import CSV, NDJSON, XLSX
from shared.policies import JURISDICTIONS
from shared.spreadsheets import TableColumn, escape_formulas, to_csv, to_frame

app = typer.Typer(no_args_is_help=True, help="Work with the registry of enterprises and monitoring data.")

_TYPES = {".ndjson": NDJSON, ".jsonl": NDJSON, ".xlsx": XLSX}
_SHOWN_ERRORS = 50
_WRITTEN_AT_ONCE = 10_000  # rows
_DATASETS: NamesByCode = {name: (dataset.zh, dataset.en) for name, dataset in CATALOGUE.items()}
_FIELDS: NamesByCode = {f"{of.name}.{each.name}": (each.zh, each.en) for of in CATALOGUE.values() for each in of.fields}
_MISTAKES = (
    TableColumn("Line", "line", "whole"),
    TableColumn("Field", "field", "word", _FIELDS),
    TableColumn("What is wrong", "message"),
)

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
    say(
        "Rows read: {read}, accepted: {accepted}, unchanged: {unchanged}, refused: {rejected}; revision: {revision}.",
        revision=revision,
        **{name: counts[name] for name in ("read", "accepted", "unchanged", "rejected")},
    )
    for name, of_dataset in job["datasets"].items():
        if of_dataset["draft"]:
            say(
                "{dataset}: the rows wait until another person confirms the draft {draft}.",
                dataset=cli.as_word(name, _DATASETS),
                draft=of_dataset["draft"],
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
    items = [item | {"field": item["field"] and f"{item['dataset']}.{item['field']}"} for item in page["items"]]
    cli.table(items, _MISTAKES)
    if page["next_cursor"]:
        say("These are the first {count}; the file that --rejected writes has all.", count=_SHOWN_ERRORS)
    if rejected is not None:
        form = XLSX if rejected.suffix.lower() == ".xlsx" else CSV
        rejected.write_bytes(cli.read(f"/v1/imports/{import_id}/errors", form))
        say("Refused rows: {file}", file=rejected)


@app.command("export")
def export(
    dataset: Annotated[str, typer.Argument(help="Dataset")],
    file: Annotated[Path, typer.Argument(help="CSV to write")],
    revision: Annotated[int | None, typer.Option(help="Revision to read at; the newest if left out")] = None,
) -> None:
    """Write a dataset as CSV (UTF-8 with BOM, yuan, words instead of codes), which an import reads as it is."""
    at = revision if revision is not None else cli.get("/v1/revisions/latest")["revision"]
    cli.get(f"/v1/datasets/{dataset}")  # names what there is, if this is none
    columns = columns_of(CATALOGUE[dataset])
    written = 0
    with (
        client().stream("GET", f"/v1/snapshots/{at}/{dataset}", headers={"Accept": NDJSON}) as answer,
        file.open("wb") as output,
    ):
        if answer.is_error:
            answer.read()
        answered(answer)
        output.write(to_csv(to_frame([], columns, cli.language())))
        lines = answer.iter_lines()
        while records := [orjson.loads(line) for line in islice(lines, _WRITTEN_AT_ONCE)]:
            rows = escape_formulas(to_frame(records, columns, cli.language()))
            output.write(rows.write_csv(include_header=False, quote_style="non_numeric").encode())
            written += len(records)
    say(
        "{rows} rows of {dataset} at revision {revision}: {file}",
        rows=written,
        dataset=cli.as_word(dataset, _DATASETS),
        revision=at,
        file=file,
    )


@app.command("enterprise")
def show_enterprise(
    uscc: Annotated[str, typer.Argument(help="Unified social credit code")],
    on: Annotated[str | None, typer.Option(help="Day, such as 2024-12-31; today if left out")] = None,
) -> None:
    """Show everything that is known about an enterprise."""
    card = cli.get(f"/v1/enterprises/{uscc}", on=on)
    enterprise = card["enterprise"]
    legal_form = cli.as_word(enterprise["legal_form"], CATALOGUE["enterprises"].field("legal_form").choices)
    console.print(f"[bold]{enterprise['name']}[/bold]  {enterprise['uscc']}  {legal_form}")
    say(
        "On {day}: place: {place}; monitored as: {monitored}; revision: {revision}",
        day=card["on"],
        place=cli.as_word(card["jurisdiction"], JURISDICTIONS),
        monitored=cli.as_word(card["monitored_as"], CATALOGUE["monitoring_inclusions"].field("track").choices),
        revision=card["revision"],
    )
    for dataset, records in card["records"].items():
        cli.table(records, columns_of(CATALOGUE[dataset]), cli.as_word(dataset, _DATASETS))


def columns_of(dataset: Dataset) -> list[TableColumn]:
    """Return the columns of a dataset for people."""
    return [TableColumn(of.heading, of.name, _shown_as(of.kind), of.choices) for of in dataset.fields]


def _shown_as(kind: Kind) -> Literal["text", "whole", "yuan", "word"]:
    if kind is Kind.MONEY:
        return "yuan"
    if kind in INTEGERS:
        return "whole"
    return "word" if kind in (Kind.CHOICE, Kind.FLAG) else "text"


if __name__ == "__main__":
    sys.exit(app())
