"""Common parts of the command lines: a connection as an OAuth2 client, errors, progress of jobs, tables, the language.

They use the public API and nothing else. TOKEN_URL, CLIENT_ID and CLIENT_SECRET come from the environment. Everything that
they print is in Chinese unless `--language en` or an English LANG asks for English.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import httpx
import typer
import typer.core
import typer.main
import typer.rich_utils
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from shared import i18n
from shared.http_client import ClientCredentials, pages
from shared.i18n import CHINESE, ENGLISH, translate

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
    _state["language"] = language_of(sys.argv, os.environ)
    command = typer.main.get_command(app)
    if _state["language"] == CHINESE:
        _translate_typer()
    _translate(command, _state["language"])
    command()


def language_of(arguments: list[str], environment: Mapping[str, str]) -> i18n.Language:
    """Return the language that `--language` names, or else LC_ALL, LC_MESSAGES or LANG; Chinese if none names one."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if option == "--language" or option.startswith("--language="):
            return i18n.language_of(option.partition("=")[2] or value, CHINESE)
    named = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return ENGLISH if next(filter(None, named), "").startswith("en") else CHINESE


def command_texts(command: Any) -> Iterator[str]:
    """Yield every help text of `command` and of the commands below it."""
    for part in _described(command):
        if part.help:
            yield _paragraphs(part.help)


def _translate(command: Any, language: str) -> None:
    """Translate the help of a tree of commands; each option `--language` has `language` as its default."""
    for part in _described(command):
        if part.help:
            part.help = translate(_paragraphs(part.help), language)
        if part.name == "language":
            part.default = language


def _described(command: Any) -> Iterator[Any]:
    yield command
    yield command.get_help_option(typer.Context(command))
    yield from (parameter for parameter in command.params if hasattr(parameter, "help"))
    for below in getattr(command, "commands", {}).values():
        yield from _described(below)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n")).strip()


def _translate_typer() -> None:
    """Show the messages of typer itself in Chinese: it looks them up when it is imported, long before a language is known."""
    texts = i18n.chinese_texts()
    typer.core._ = lambda message: texts.get(message, message)  # type: ignore[attr-defined]
    for name, text in vars(typer.rich_utils).items():
        if name.isupper() and isinstance(text, str) and text in texts:
            setattr(typer.rich_utils, name, texts[text])


def translated(message: str, /, **parameters: object) -> str:
    """Return `message` in the language of this command."""
    return translate(message, _state["language"], parameters)


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
        failures.print(f"  {translated(problem['state'])}: {', '.join(map(translated, problem['possible']))}")
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


def table(rows: list[dict[str, Any]], title: str | None = None, **parameters: object) -> None:
    """Print rows that have the same members as a table; headings and words are translated as messages are."""
    if not rows:
        console.print("–")
        return
    # Chinese has no spaces to wrap at: what is too long for its column is folded, not cut off.
    columns = [Column(translated(name), overflow="fold") for name in rows[0]]
    shown = Table(*columns, title=title and translated(title, **parameters), title_justify="left")
    for row in rows:
        shown.add_row(*("" if value is None else translated(str(value)) for value in row.values()))
    console.print(shown)


def _given(query: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
