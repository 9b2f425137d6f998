"""What docstrings must not say: below the routes nothing knows HTTP, so they name the error and not its status."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATUS = re.compile(r"\bProblems? [45]\d\d\b|\bRaises Problem\b")


def test_no_docstring_names_the_status_of_a_problem() -> None:
    modules = [path for room in ("services", "shared", "deploy") for path in (ROOT / room).rglob("*.py")]
    named = {path.relative_to(ROOT).as_posix() for path in modules if STATUS.search(path.read_text("utf-8"))}
    assert named == set()
