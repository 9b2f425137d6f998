"""The commands of the operations guide, by the names under which tests run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from deploy.checks.tools import MissingToolError
from deploy.local.postgres import PROGRAMS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("operations.md", "restoring.md")
MARK = re.compile(r"<!-- run by (tests/(?:ecosystem|release)/\w+\.py): (.+) -->")
PICTURE = "mermaid"
FENCED = re.compile(r"^([^\n]*)\n```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    """Return every fenced block that is no picture: its page, the line before it, and its text."""
    found = [(page, FENCED.findall((DOCS / page).read_text("utf-8"))) for page in PAGES]
    return [(page, before, text) for page, each in found for before, language, text in each if language != PICTURE]


def commands() -> dict[str, tuple[str, str]]:
    """Return the blocks that are run, by name, each with the file of the test that runs it."""
    marked = [(MARK.fullmatch(before), text) for _, before, text in blocks()]
    return {mark[2]: (mark[1], text) for mark, text in marked if mark is not None}


def run(name: str, environment: Mapping[str, str], user: str | None = None, cwd: Path = DOCS.parent) -> str:
    """Run the commands `name` with bash, ended by the first that fails, and return what they print."""
    if shutil.which("bash") is None or shutil.which("curl") is None:
        raise MissingToolError("no bash or no curl found")
    path = f"{sysconfig.get_path('scripts')}:{PROGRAMS}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands()[name][1]],
        env={**os.environ, "PATH": path, "PYTHONPATH": str(DOCS.parent), **environment},
        cwd=cwd,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
