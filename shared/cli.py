"""Common parts of the command lines: the connection as an OAuth2 client, problems, progress of jobs, tables.

The command lines use only the public API. TOKEN_URL, CLIENT_ID and CLIENT_SECRET come from the environment.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.http_client import ClientCredentials, pages

console = Console()
failures = Console(stderr=True)

LOCAL_ISSUER = "http://127.0.0.1:8000/oauth/token"

TokenUrl = Annotated[str, typer.Option(envvar="TOKEN_URL", help="Token endpoint")]
ClientId = Annotated[str, typer.Option(envvar="CLIENT_ID", help="OAuth2 client id")]
Secret = Annotated[
    str,
    typer.Option(
        envvar="CLIENT_SECRET", help="Secret of the OAuth2 client; set it in the environment rather than typing it"
    ),
]
Language = Annotated[str, typer.Option(help="Language of messages: zh-CN or en")]

_state: dict[str, httpx.Client] = {}


def connect(
    context: typer.Context, *, url: str, token_url: str, client_id: str, client_secret: str, language: str
) -> None:
    """Connect to the service at `url` until the command ends."""
    credentials = ClientCredentials(token_url, client_id, client_secret)
    client = httpx.Client(base_url=url, auth=credentials, timeout=120.0, headers={"Accept-Language": language})
    context.call_on_close(client.close)
    _state["client"] = client


def client() -> httpx.Client:
    """Return the connection."""
    return _state["client"]


def answered(answer: httpx.Response) -> httpx.Response:
    """Return the answer if it is a success; otherwise print the problem and exit."""
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {"title": f"HTTP {answer.status_code}"}
    failures.print(f"[red]{problem['title']}[/red] {problem.get('detail', '')}")
    for error in problem.get("errors", []):
        failures.print(f"  {error['pointer']}: {error['message']}")
    if problem.get("possible"):
        failures.print(f"  {problem['state']}: {', '.join(problem['possible'])}")
    raise typer.Exit(1)


def get(path: str, **query: object) -> Any:
    """Return the JSON at `path`; a query parameter that is None is left out."""
    return answered(client().get(path, params=_given(query))).json()


def read(path: str, accept: str, **query: object) -> bytes:
    """Return the file at `path` in the media type `accept`."""
    return answered(client().get(path, params=_given(query), headers={"Accept": accept})).content


def post(path: str, body: object) -> Any:
    """Send `body` to `path` and return the answer."""
    return answered(client().post(path, json=body)).json()


def items(path: str, **query: object) -> Iterator[dict[str, Any]]:
    """Yield the items of a list, reading page by page."""
    for page in pages(lambda parameters: get(path, **parameters), _given(query)):
        yield from page


def watched(path: str, job: dict[str, Any], name: str) -> dict[str, Any]:
    """Show the progress of the job below `path` until it ends; return the ended job."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)
        while job["state"] in ("queued", "running"):
            time.sleep(0.2)
            job = get(f"{path}/{job['id']}")
            progress.update(task, total=job["progress"]["total"] or None, completed=job["progress"]["done"])
    return job


def succeeded(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job that succeeded; for a failed one print its problem and exit."""
    if job["state"] == "failed":
        failures.print(f"[red]{job['problem'].get('detail') or job['problem']['title']}[/red]")
        raise typer.Exit(1)
    return job


def table(rows: list[dict[str, Any]], title: str | None = None) -> None:
    """Print rows with the same members as a table."""
    if not rows:
        console.print("–")
        return
    shown = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        shown.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(shown)


def _given(query: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
