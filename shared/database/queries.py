"""SQL kept in files: static statements, each with a name and a comment, loaded once when their room is imported.

A room keeps its statements in `queries/*.sql`. A file holds several:

    -- fund_orders: Reserve the money of these waiting orders.
    UPDATE … WHERE id = ANY(CAST(:ids AS uuid[]));

Values are bound by name; a statement is never put together from pieces. What several statements share is a view or an SQL
function made by a migration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from sqlalchemy import TextClause, text

_HEADER = re.compile(r"^-- ([a-z][a-z0-9_]*): (\S.*)$", re.MULTILINE)
_COMMENT_LINES = re.compile(r"\A(--.*\n)+")


class InvalidQueryFileError(Exception):
    """A file of statements that does not follow the format."""


class Queries:
    """The statements of a room, by name: `queries.fund_orders`."""

    def __init__(self, statements: dict[str, TextClause]) -> None:
        """Offer `statements`."""
        self._statements = statements

    def __getattr__(self, name: str) -> TextClause:
        """Return the statement called `name`."""
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"there is no statement called {name}") from None

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._statements)


def parse(source: str, file_name: str) -> dict[str, TextClause]:
    """Return the statements of a file by name; raises InvalidQueryFileError."""
    headers = list(_HEADER.finditer(source))
    if not headers or source[: headers[0].start()].strip():
        raise InvalidQueryFileError(
            f"{file_name}: must begin with a line `-- name: what the statement answers or does`"
        )
    ends = [header.start() for header in headers[1:]] + [len(source)]
    statements: dict[str, TextClause] = {}
    for header, end in zip(headers, ends, strict=True):
        name = header[1]
        body = _COMMENT_LINES.sub("", source[header.end() : end].lstrip("\n")).strip().removesuffix(";")
        if not body:
            raise InvalidQueryFileError(f"{file_name}: no statement follows the name {name}")
        if name in statements:
            raise InvalidQueryFileError(f"{file_name}: the name {name} is used twice")
        statements[name] = text(body)
    return statements


def load(package: str) -> Queries:
    """Return the statements in `queries/*.sql` of `package`; raises InvalidQueryFileError.

    Call it once per room, at the top of the module that executes them: `queries = load(__package__)`.
    """
    statements: dict[str, TextClause] = {}
    for file in sorted(files(package).joinpath("queries").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".sql"):
            continue
        found = parse(file.read_text(encoding="utf-8"), f"{package}/queries/{file.name}")
        if twice := statements.keys() & found.keys():
            raise InvalidQueryFileError(f"{package}/queries/{file.name}: {min(twice)} is also in another file")
        statements |= found
    return Queries(statements)
