"""SQL stands in `queries/*.sql`. Modules hold statements of one line, never put together from pieces, and not in every layer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|CREATE\s|ALTER\s|DROP\s|LOCK\s+TABLE\s"
    r"|ANALYZE\s|TRUNCATE\s|COPY\s|GRANT\s|REVOKE\s|SET\s+(CONSTRAINTS|TRANSACTION)\s)"
)
LONGEST = 120
NO_SQL = {"domain.py", "handlers.py", "messages.py", "schemas.py", "app.py", "worker.py"}
"""Layers without any statement: laws, use cases and wiring. Routes are added by their name."""

GENERATORS = {
    "services/registry/challenges/repository.py",
    "services/registry/datasets/tables.py",
    "services/registry/quality/signs.py",
    "services/registry/quality/statements.py",
    "services/registry/related_rows/repository.py",
    "services/registry/revisions/spellings.py",
    "services/registry/revisions/sql_fragments.py",
    "services/registry/revisions/statements.py",
    "services/registry/revisions/repository.py",
    "services/registry/revisions/staging.py",
    "services/registry/rotate_account_key.py",
    "shared/catalogue/signs.py",
    "shared/database/bulk.py",
    "shared/migrations.py",
}
"""Modules whose statements are generated: tables and columns come from declarations. They bind values like all others."""


def statements(module: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the text of each statement, and whether it is put together from pieces."""
    docstrings = {node.value for node in ast.walk(module) if isinstance(node, ast.Expr)}
    pieces = {part for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    executed = {
        argument
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
        for argument in node.args[:1]
    }
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            if node in executed or STATEMENT.match(text):
                yield text, True
        elif isinstance(node, ast.Constant) and node not in docstrings | pieces and STATEMENT.match(str(node.value)):
            yield str(node.value), False


def faults(path: str, source: str) -> list[str]:
    """Return what is wrong with the statements of a module."""
    file, found = Path(path).name, []
    for text, is_composed in statements(ast.parse(source)):
        if file in NO_SQL or file.endswith("routes.py"):
            found.append(f"{path} must not hold SQL: {text}")
        elif is_composed:
            found.append(f"{path} puts a statement together from pieces: {text}")
        elif len(text) > LONGEST or "\n" in text:
            found.append(f"{path} holds a long statement: {text}")
    return found


def test_statements_stand_in_files() -> None:
    modules = [path for room in ("services", "shared") for path in (ROOT / room).rglob("*.py")]
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in modules if "versions" not in path.parts
    }
    allowed = GENERATORS
    assert not [fault for path, source in sources.items() if path not in allowed for fault in faults(path, source)]


@pytest.mark.parametrize(
    ("path", "source", "is_allowed"),
    [
        ("awards/repository.py", 'ROW = text("SELECT 1 FROM awards WHERE id = :id")', True),
        ("awards/handlers.py", 'ROW = text("SELECT 1 FROM awards WHERE id = :id")', False),
        ("awards/approval_routes.py", 'ROW = "DELETE FROM awards"', False),
        ("awards/repository.py", 'ROW = text("""SELECT 1\nFROM awards""")', False),
        ("awards/repository.py", 'ROW = text(f"{VIEW} WHERE id = :id")', False),
        ("awards/repository.py", 'ROW = f"SELECT 1 FROM {table}"', False),
        ("awards/handlers.py", '"""SELECT awards by their state."""\nMESSAGE = "Update the list"', True),
    ],
)
def test_the_check_finds_each_fault(path: str, source: str, is_allowed: bool) -> None:
    assert (faults(path, source) == []) is is_allowed
