"""Common parts of the command lines: a connection as an OAuth2 client, errors, progress of jobs, tables, the language.

They use the public API and nothing else. TOKEN_URL, CLIENT_ID and CLIENT_SECRET come from the environment. Everything that
they print is in Chinese unless `--language en` or an English LANG asks for English.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any

import httpx
import typer
import typer.main
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from shared import i18n
from shared.cli_language import language_of, translate_command, translate_typer
from shared.cli_tables import layout
from shared.http_client import ClientCredentials, pages
from shared.i18n import CHINESE, ENGLISH, NamesByCode, translate, word
from shared.spreadsheets import TableColumn, to_frame

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
Language = Annotated[str, typer.Option(help="Language of all output: zh-CN or en")]

_state: dict[str, Any] = {"language": ENGLISH}


def run(app: typer.Typer) -> None:
    """Run the command line `app` in the language that the caller prefers."""
    speak(language_of(sys.argv, os.environ))
    command = typer.main.get_command(app)
    translate_command(command, _state["language"])
    if _state["language"] == CHINESE:
        translate_typer()
    command()


def translated(message: str, /, **parameters: object) -> str:
    """Return `message` in the language of this command."""
    return translate(message, language(), parameters)


def speak(language: str) -> None:
    """Print in `language` from now on."""
    _state["language"] = language


def language() -> str:
    """Return the language of this command."""
    spoken: str = _state["language"]
    return spoken


def as_word(value: object, names: NamesByCode = MappingProxyType({})) -> str:
    """Return a code, a yes or no, or several of them, as words in the language of this command; "–" for none."""
    return word(value, language(), names) or "–"


def say(message: str, /, **parameters: object) -> None:
    """Print `message` in the language of this command."""
    console.print(translated(message, **parameters))


def fail(message: str, /, **parameters: object) -> typer.Exit:
    """Print what is wrong, and return the exception to raise: it ends the command with exit code 1."""
    failures.print(f"[red]{translated(message, **parameters)}[/red]")
    return typer.Exit(1)


def connect(
    context: typer.Context, *, url: str, token_url: str, client_id: str, client_secret: str, language: str
) -> None:
    """Connect to the service at `url` until the command ends."""
    credentials = ClientCredentials(token_url, client_id, client_secret)
    client = httpx.Client(base_url=url, auth=credentials, timeout=120.0, headers={"Accept-Language": language})
    context.call_on_close(client.close)
    _state.update(client=client, language=i18n.language_of(language, CHINESE))


def client() -> httpx.Client:
    """Return the connection."""
    connected: httpx.Client = _state["client"]
    return connected


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
        failures.print(f"  {as_word(problem['state'])}: {as_word(problem['possible'])}")
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
        task = progress.add_task(translated(name), total=None)
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


def table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[TableColumn], title: str | None = None, **parameters: object
) -> None:
    """Print `columns` of `rows` as a table in the language of this command; where it is too wide, each row as a list."""
    if not rows:
        console.print("–")
        return
    frame = to_frame(rows, columns, language())
    cells = [
        ["" if cell is None else f"{Decimal(cell):,}" if shown.kind == "yuan" else str(cell) for cell in column]
        for shown, column in zip(columns, frame.iter_columns(), strict=True)
    ]
    numbers = [place for place, column in enumerate(columns) if column.kind in ("whole", "yuan")]
    made = layout(frame.columns, cells, numbers, console.width)
    made.title, made.title_justify = title and translated(title, **parameters), "left"
    console.print(made)


def _given(query: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
