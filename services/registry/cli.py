"""For operators: import, look at mistakes, export, look at an enterprise. Uses the public API and nothing else.

`python -m services.registry.cli --help`. Reads REGISTRY_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET from the environment.
"""

from __future__ import annotations

import csv
import mimetypes
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.registry.imports.corrections import BOM, neutralised
from services.registry.imports.domain import CSV, NDJSON, XLSX, Mode
from shared.web.auth import ClientCredentials

app = typer.Typer(no_args_is_help=True, help="Work with the registry of enterprises and monitoring data.")
console = Console()
failures = Console(stderr=True)

_TYPES = {".csv": CSV, ".txt": CSV, ".xlsx": XLSX, ".ndjson": NDJSON, ".jsonl": NDJSON}
_SHOWN_MISTAKES = 50

Url = Annotated[str, typer.Option(envvar="REGISTRY_URL", help="Where the registry answers")]
TokenUrl = Annotated[str, typer.Option(envvar="TOKEN_URL", help="Where tokens are issued")]
ClientId = Annotated[str, typer.Option(envvar="CLIENT_ID", help="OAuth2 client")]
Secret = Annotated[str, typer.Option(envvar="CLIENT_SECRET", help="Its secret; better in the environment than typed")]
Language = Annotated[str, typer.Option(help="Language of messages: zh-CN or en")]

_state: dict[str, httpx.Client] = {}


@app.callback()
def connect(
    context: typer.Context,
    client_secret: Secret,
    url: Url = "http://127.0.0.1:8001",
    token_url: TokenUrl = "http://127.0.0.1:8000/oauth/token",  # noqa: S107 - an address
    client_id: ClientId = "data-platform",
    language: Language = "zh-CN",
) -> None:
    """Connect to a registry as an OAuth2 client."""
    credentials = ClientCredentials(token_url, client_id, client_secret)
    client = httpx.Client(base_url=url, auth=credentials, timeout=120.0, headers={"Accept-Language": language})
    context.call_on_close(client.close)
    _state["client"] = client


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or NDJSON")],
    dataset: Annotated[str | None, typer.Option(help="Dataset; leave out for a workbook with a sheet each")] = None,
    mode: Annotated[
        Mode, typer.Option(help="What becomes of the good rows of a file with bad ones")
    ] = Mode.ALL_OR_NOTHING,
    dry_run: Annotated[bool, typer.Option(help="Check and report, store nothing")] = False,  # noqa: FBT002 - an option
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook")] = None,
    rejected: Annotated[Path | None, typer.Option(help="Write the rejected rows here, to be mended")] = None,
) -> None:
    """Import a file, show how far it is, and its mistakes if it has any."""
    media_type = _TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or CSV
    query = {
        "dataset": dataset,
        "mode": mode.value,
        "dry_run": str(dry_run).lower(),
        "sheet": sheet,
        "source": file.name,
    }
    with file.open("rb") as content:
        job = _answer(
            _client().post(
                "/v1/imports",
                params={name: value for name, value in query.items() if value is not None},
                content=iter(lambda: content.read(1 << 20), b""),
                headers={"Content-Type": media_type},
            )
        ).json()
    job = _watch(job)
    counts = job["rows"]
    revision = job["revision"] if job["revision"] is not None else "–"
    console.print(
        f"read {counts['read']}, accepted {counts['accepted']}, unchanged {counts['unchanged']},"
        f" rejected {counts['rejected']}; revision {revision}"
    )
    if counts["rejected"]:
        show_errors(job["id"], rejected)
    if job["state"] == "failed":
        failures.print(f"[red]{job['problem'].get('detail') or job['problem']['title']}[/red]")
        raise typer.Exit(1)


@app.command("errors")
def show_errors(
    import_id: Annotated[str, typer.Argument(help="The import's id")],
    rejected: Annotated[Path | None, typer.Option(help="Write the rejected rows here, to be mended")] = None,
) -> None:
    """Show an import's mistakes as a table; with --rejected, write the rows to mend as CSV."""
    page = _answer(_client().get(f"/v1/imports/{import_id}/errors", params={"limit": _SHOWN_MISTAKES})).json()
    table = Table("line", "field", "code", "message")
    for item in page["items"]:
        table.add_row(str(item["line"]), item["field"] or "", item["code"], item["message"])
    console.print(table)
    if page["next_cursor"]:
        console.print(f"… the first {_SHOWN_MISTAKES}; more in the file that --rejected writes")
    if rejected is not None:
        answer = _answer(_client().get(f"/v1/imports/{import_id}/errors", headers={"Accept": CSV}))
        rejected.write_bytes(answer.content)
        console.print(f"rejected rows: {rejected}")


@app.command("export")
def export(
    dataset: Annotated[str, typer.Argument(help="Dataset")],
    file: Annotated[Path, typer.Argument(help="CSV to write")],
    revision: Annotated[int | None, typer.Option(help="Revision to read at; the newest if left out")] = None,
) -> None:
    """Write a dataset as CSV (UTF-8 with BOM, field names as headings, fen), safe to open in a spreadsheet."""
    at = revision if revision is not None else _answer(_client().get("/v1/revisions/latest")).json()["revision"]
    fields = [item["name"] for item in _answer(_client().get(f"/v1/datasets/{dataset}")).json()["fields"]]
    written = 0
    with (
        _client().stream("GET", f"/v1/snapshots/{at}/{dataset}", headers={"Accept": NDJSON}) as answer,
        file.open("w", encoding="utf-8", newline="") as output,
    ):
        if answer.is_error:
            answer.read()
        _answer(answer)
        output.write(BOM)
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
    """Show all that is known about an enterprise."""
    card = _answer(_client().get(f"/v1/enterprises/{uscc}", params={"on": on} if on else {})).json()
    enterprise = card["enterprise"]
    console.print(f"[bold]{enterprise['name']}[/bold]  {enterprise['uscc']}  {enterprise['legal_form']}")
    monitored = ", ".join(card["monitored_as"]) or "–"
    console.print(
        f"{card['on']}: {card['jurisdiction'] or 'place unknown'}; monitored as {monitored}; revision {card['revision']}"
    )
    for dataset, records in card["records"].items():
        table = Table(*records[0], title=dataset, title_justify="left")
        for record in records:
            table.add_row(*("" if value is None else str(value) for value in record.values()))
        console.print(table)


def _watch(job: dict[str, Any]) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("importing", total=None)
        while job["state"] in ("queued", "running"):
            time.sleep(0.2)
            job = _answer(_client().get(f"/v1/imports/{job['id']}")).json()
            progress.update(task, total=job["progress"]["total"] or None, completed=job["progress"]["done"])
    return job


def _client() -> httpx.Client:
    return _state["client"]


def _answer(answer: httpx.Response) -> httpx.Response:
    """Return the answer, or say what is wrong and end."""
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {"title": f"HTTP {answer.status_code}"}
    failures.print(f"[red]{problem['title']}[/red] {problem.get('detail', '')}")
    for error in problem.get("errors", []):
        failures.print(f"  {error['pointer']}: {error['message']}")
    raise typer.Exit(1)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(value) if isinstance(value, str) else str(value)


if __name__ == "__main__":
    sys.exit(app())
