"""A statement of more than one line is in `queries/*.sql`, or where statements are made from the declarations of datasets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES_OF_STATEMENTS = {"statements.py", "sql_fragments.py"}
STATEMENT = re.compile(r"""^[\sf"']*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE INTO)\s""", re.MULTILINE)


def long_statements(source: str) -> list[int]:
    """Return the lines on which strings with SQL of more than one line begin; documentation does not count."""
    tree = ast.parse(source)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.Constant)]
    return sorted(
        {
            node.lineno
            for node in texts
            if id(node) not in documentation
            and node.lineno != node.end_lineno
            and STATEMENT.search(ast.get_source_segment(source, node) or "")
        }
    )


def test_long_statements_are_found() -> None:
    assert long_statements('q = """\n    SELECT 1\n"""') == [1]
    assert long_statements('q = (\n    "SELECT 1"\n    f" FROM {name}"\n)') == [2]
    assert long_statements('"""\nSELECT is a word here.\n"""\nq = "SELECT 1"') == []


@pytest.mark.parametrize("folder", ["services/registry", "services/eligibility"])
def test_long_statements_are_in_their_place(folder: str) -> None:
    files = [
        file
        for file in (ROOT / folder).rglob("*.py")
        if file.name not in MODULES_OF_STATEMENTS and "migrations" not in file.parts
    ]
    found = {str(file.relative_to(ROOT)): long_statements(file.read_text("utf-8")) for file in files}
    assert {file: lines for file, lines in found.items() if lines} == {}
