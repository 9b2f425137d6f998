"""The messages of the catalogue, collected from the code, the API documents, pydantic and the command lines.

`make messages` writes them into `shared/locale/zh_CN/LC_MESSAGES/messages.po`: it keeps translations, removes messages that
no longer exist, proposes the Chinese of a similar message as "fuzzy", and names what lacks Chinese.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import typer.main
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes
from pydantic_core import _pydantic_core

from deploy import documents
from services import cli
from services.databases import SETTINGS
from services.desk.rendering import TEMPLATES as DESK_TEMPLATES
from services.desk.rendering import environment
from services.desk.settings import Settings as DeskSettings
from shared import i18n
from shared.cli_language import command_texts
from shared.errors import without_details
from shared.process_settings import ProcessSettings
from shared.web import openapi

ROOT = Path(__file__).parents[1]
CODE = ("shared", "services", "deploy/local")
KEYWORDS = {
    "N_": 0,
    "translate": 0,
    "said": 0,
    "FieldError": 2,
    "PydanticCustomError": 1,
    "say": 0,
    "_said": 0,
    "end_process": 0,
    "AccountKeyError": 0,
    "CannotStartError": 0,
    "DemoError": 0,
    "print_now": 0,
    "begin": 0,
    "ImportsUnderWayError": 0,
    "translated": 0,
    "fail": 0,
    "watched": 2,
    "refused": 1,
    "TableColumn": 0,
    "fine": 1,
    "noted": 1,
    "lacking": 1,
    "compare": 3,
}
"""Functions that take a message, and at which place. Error classes take it first."""
NOT_READ = {"Kind", "Mode", "Deployment", "AutomaticReevaluation"}
"""Enumerations whose values only programs read; the values of all others are words that messages name and people read."""
TYPER = Path(typer.main.__file__).parent
"""Its own messages (`_("…")`) are a part of every command line."""

HEADER = """\
# Chinese (simplified). The English sentence is the key. Written by `make messages`; translations are edited here.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def collect() -> dict[str, set[str]]:
    """Return every message with the places that it comes from."""
    found: dict[str, set[str]] = defaultdict(set)
    for file, _, message in calls():
        for text in literals(message):
            found[text].add(file)
    for file, text in templates():
        found[text].add(file)
    for file, word in enumerations():
        found[word].add(file)
    for error in _pydantic_core.list_all_errors():
        found[without_details(error["message_template_python"])].add("pydantic")
    for text in _own_messages(TYPER):
        found[text].add("typer")
    every: tuple[type[ProcessSettings], ...] = (*SETTINGS.values(), DeskSettings)
    for settings in every:
        for field in settings.model_fields.values():
            found[str(field.description)].add("docs/settings.md")
    for text in command_texts(typer.main.get_command(cli.app)):
        found[text].add("services/cli.py")
    for service, app in documents.apps().items():
        for text in openapi.messages(app):
            if not found.keys() >= set(text.split("; ")):  # titles of several errors of one status
                found[text].add(f"docs/api/{service}.openapi.json")
    return found


def calls() -> Iterator[tuple[str, str, ast.expr]]:
    """Yield each call in the code that takes a message: its file, the function and the message."""
    keywords = KEYWORDS | dict.fromkeys(error_classes(), 0)
    for file, tree in _trees():
        places = keywords | {"ValueError": 0} if file.endswith("/schemas.py") else keywords
        passed_on, held = _passed_on(tree), _held(tree)
        for node in _nodes(tree):
            if isinstance(node, ast.Call) and (name := _name(node.func)) in places and len(node.args) > places[name]:
                message = node.args[places[name]]
                if message not in passed_on:
                    yield file, name, message
                    if isinstance(message, ast.Name):
                        yield from ((file, name, value) for value in held[message.id])


def templates() -> Iterator[tuple[str, str]]:
    """Yield each message of the desk's templates, `_("…")`, with its file."""
    for file in sorted(DESK_TEMPLATES.glob("*.html")):
        parsed = environment(i18n.ENGLISH).parse(file.read_text("utf-8"))
        for call in parsed.find_all(nodes.Call):
            match call:
                case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(text)), *_]):
                    yield file.relative_to(ROOT).as_posix(), text


def _passed_on(tree: ast.Module) -> set[ast.AST]:
    """Return the arguments by which a function of KEYWORDS passes on the message that it takes."""
    found: set[ast.AST] = set()
    for function in _nodes(tree):
        if isinstance(function, ast.FunctionDef) and function.name in KEYWORDS:
            parameters = [*function.args.posonlyargs, *function.args.args]
            taken = {each.arg for each in parameters[KEYWORDS[function.name] :][:1]}
            found |= {node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in taken}
    return found


def _held(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """Return the sentences that variables of `tree` hold, by the variable's name."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for node in _nodes(tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Constant(value=str()) | ast.IfExp() | ast.JoinedStr()
            ):
                found[name].append(node.value)
    return found


def literals(message: ast.expr) -> list[str]:
    """Return the sentences that `message` can be; none if it is computed."""
    match message:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return [*literals(body), *literals(orelse)]
        case ast.Call(func=ast.Name(id="N_"), args=[marked]):
            return literals(marked)
        case ast.Dict(values=values):
            return [text for value in values if isinstance(value, ast.Call) for text in literals(value)]
        case ast.Subscript(value=name) | (ast.Name() | ast.Attribute() as name):
            return constants().get(_name(name), [])
    return []


@cache
def constants() -> dict[str, list[str]]:
    """Return the texts of the constants of modules by their name; modules may share a name."""
    found: dict[str, list[str]] = defaultdict(list)
    for _, tree in _trees():
        for node in tree.body:
            if isinstance(node, ast.Assign) and (name := _name(node.targets[0])).isupper():
                found[name] += (
                    [] if isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript) else literals(node.value)
                )
    return found


def enumerations() -> Iterator[tuple[str, str]]:
    """Yield the values of the enumerations that people read, permissions left out."""
    for file, tree in _trees():
        for node in _nodes(tree):
            if isinstance(node, ast.ClassDef) and "StrEnum" in map(_name, node.bases) and node.name not in NOT_READ:
                for member in node.body:
                    match member:
                        case ast.Assign(value=ast.Constant(value=str(word))) if ":" not in word:
                            yield file, word


@cache
def error_classes() -> frozenset[str]:
    """Return the names of `DomainError`, of `InvalidValue`, and of all classes that extend them."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for _, tree in _trees()
        for node in _nodes(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"DomainError", "InvalidValue"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return frozenset(found)


@cache
def _nodes(tree: ast.Module) -> Sequence[ast.AST]:
    """Return all nodes of `tree`: finding them takes longer than what is asked of them."""
    return list(ast.walk(tree))


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(file for folder in CODE for file in (ROOT / folder).rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), _tree(file)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _own_messages(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.Call) and _name(node.func) == "_" and node.args:
                yield from literals(node.args[0])


def merged(catalogue: Catalog, messages: dict[str, set[str]]) -> Catalog:
    """Return `catalogue` with exactly `messages`, in the order of the English sentences."""
    template = Catalog()
    for text in sorted(messages):
        template.add(text, locations=[(place, 0) for place in sorted(messages[text])])
    catalogue.update(template)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags &= {"fuzzy"}
        message.previous_id = []
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return `catalogue` as a .po file without lines that change with each run."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER.encode() + buffer.getvalue()


def stored() -> Catalog:
    """Return the catalogue as it is committed."""
    with i18n.CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def lacking(catalogue: Iterable[object]) -> list[str]:
    """Return the messages of `catalogue` that have no Chinese, or only a proposed one."""
    return [m.id for m in catalogue if m.id and (not m.string or m.fuzzy)]  # type: ignore[attr-defined]


def main() -> None:
    """Write the catalogue; end with 1 if a message lacks Chinese."""
    catalogue = merged(stored(), collect())
    i18n.CATALOGUE.write_bytes(written(catalogue))
    missing = lacking(catalogue)
    for message in missing:
        sys.stdout.write(f"no Chinese: {message}\n")
    sys.stdout.write(f"{len(catalogue)} messages, {len(missing)} without Chinese\n")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
