"""The desk's clients of the three services, from their OpenAPI documents: `python -m deploy.desk_clients` writes them.

An operation is a method by its operation id. Operations that each dataset has are one method with the dataset as a parameter.
A test fails when a client is not current.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deploy.documents import apps
from shared.media_types import JSON

FOLDER = Path(__file__).parents[1] / "services" / "desk" / "clients"
_NOT_FOR_PEOPLE = ("/healthz", "/readyz", "/metrics", "/v1/snapshots/", "/v1/changes")
_OF_DATASET = re.compile(r"/v1/datasets/(?P<dataset>[a-z_]+)/(?P<what>records|history|withdrawals)")
_HEADING = '''"""The operations of {service}, from `docs/api/{service}.openapi.json`. `make openapi` writes them."""

from __future__ import annotations

from typing import Any

import httpx

from services.desk.clients.base import Client, Content, Value, path_of


class {name}(Client):
    """The API of {service}."""

    service = "{service}"
'''


@dataclass(frozen=True)
class _Method:
    """A method of a client: what it sends and takes; `query` is None where each dataset has its own."""

    name: str
    verb: str
    path: str
    parts: tuple[str, ...]
    query: tuple[str, ...] | None
    meaning: str
    headers: frozenset[str]
    sends: frozenset[str]
    answers: frozenset[str]

    def lines(self) -> Iterator[str]:
        """Yield the method's code: as JSON, as a file, or each."""
        files = self.answers - {JSON}
        if self.sends - {JSON}:
            name = f"{self.name}_file" if JSON in self.sends else self.name
            extra = ["key: str | None = None", f'content_type: str = "{_default(self.sends)}"']
            call = "self.send_file(path, content, query, key=key, content_type=content_type)"
            yield from self._code(name, ["content: Content"], extra, "Any", call)
        if JSON in self.sends or not self.sends:
            if JSON in self.answers or not self.answers or self.verb != "get":
                yield from self._json()
            if files and self.verb == "get":
                name = f"{self.name}_file" if JSON in self.answers else self.name
                call = "self.read_file(path, query, accept=accept)"
                yield from self._code(name, [], ["accept: str"], "httpx.Response", call)

    def _json(self) -> Iterator[str]:
        sent, extra, arguments = [], [], [f'"{self.verb.upper()}"', "path", "query"]
        if self.sends:
            sent.append("body: object")
            arguments.append("body=body")
        for header, name in (("idempotency-key", "key"), ("if-match", "etag")):
            if header in self.headers:
                extra.append(f"{name}: str | None = None")
                arguments.append(f"{name}={name}")
        yield from self._code(self.name, sent, extra, "Any", f"self.send({', '.join(arguments)})")

    def _code(self, name: str, sent: list[str], extra: list[str], returned: str, call: str) -> Iterator[str]:
        parts = ", ".join(f"{part}={part}" for part in self.parts)
        path = f'path_of("{self.path}", {parts})' if parts else f'"{self.path}"'
        pairs = ", ".join(f'"{q}": {_identifier(q)}' for q in self.query or ())
        query = "query" if self.query is None else f"{{{pairs}}}" if pairs else "None"
        named = [*(f"{_identifier(q)}: Value = None" for q in self.query or ()), *extra]
        parameters = ["self", *(f"{part}: object" for part in self.parts), *sent, *(["*", *named] if named else [])]
        parameters += ["**query: Value"] if self.query is None else []
        yield ""
        yield f"    async def {name}({', '.join(parameters)}) -> {returned}:"
        yield f'        """{self.meaning}"""'
        yield f"        return await {call.replace('path', path, 1).replace('query', query, 1)}"


def _default(sends: frozenset[str]) -> str:
    return "application/octet-stream" if "application/octet-stream" in sends else min(sends)


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _methods(document: Mapping[str, Any]) -> Iterator[_Method]:
    seen = set()
    for path, operations in document["paths"].items():
        if path.startswith(_NOT_FOR_PEOPLE):
            continue
        for verb, operation in operations.items():
            parameters = operation.get("parameters", [])
            of_dataset = _OF_DATASET.fullmatch(path)
            name, template = operation["operationId"], path
            parts = [each["name"] for each in parameters if each["in"] == "path"]
            if of_dataset:
                name = _general(name, of_dataset["dataset"])
                template, parts = f"/v1/datasets/{{dataset}}/{of_dataset['what']}", ["dataset"]
            if name in seen:
                continue
            seen.add(name)
            yield _Method(
                name=name,
                verb=verb,
                path=template,
                parts=tuple(parts),
                query=None if of_dataset else tuple(each["name"] for each in parameters if each["in"] == "query"),
                meaning=_sentence(operation, of_dataset["dataset"] if of_dataset else None),
                headers=frozenset(each["name"].lower() for each in parameters if each["in"] == "header"),
                sends=frozenset(operation.get("requestBody", {}).get("content", {})),
                answers=frozenset(
                    media
                    for status, answer in operation["responses"].items()
                    if status.startswith("2")
                    for media in answer.get("content", {})
                ),
            )


def _general(name: str, dataset: str) -> str:
    """Return the name that an operation of one dataset has for all."""
    verb, rest = name.split("_", 1)
    return f"{verb}_{rest.replace(dataset, 'records', 1)}"


def _sentence(operation: Mapping[str, Any], dataset: str | None) -> str:
    if dataset is not None:
        return f"{operation['summary'].split()[0]} records of a dataset, or their history."
    text = str(operation.get("description") or operation["summary"]).strip().splitlines()[0].rstrip(".") + "."
    return text.replace('"', "'")


def client(service: str, document: Mapping[str, Any]) -> str:
    """Return the module of one service's client."""
    lines = [line for method in _methods(document) for line in method.lines()]
    return _HEADING.format(service=service, name=service.capitalize()) + "\n".join(lines) + "\n"


@cache
def modules() -> dict[str, str]:
    """Return each service's module by its file name, laid out as the project's code is."""
    return {f"{service}.py": _laid_out(client(service, app.openapi())) for service, app in apps().items()}


def _laid_out(code: str) -> str:
    ruff = [str(Path(sys.executable).with_name("ruff")), "format", "--stdin-filename", str(FOLDER / "client.py"), "-"]
    done = subprocess.run(ruff, input=code, capture_output=True, check=True, text=True)  # noqa: S603 - our own tool
    return done.stdout


def main() -> None:
    """Write every module."""
    for name, text in modules().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
