"""The programs on the pages of docs/clients, compiled and run with generated clients: they print what the pages say."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.checks import clients
from deploy.checks.tools import ROOT, java, run
from deploy.local.system import LocalSystem

PAGES = ROOT / "docs" / "clients"


def block(page: str, language: str) -> str:
    """Return the one block of `language` on a page."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", (PAGES / page).read_text("utf-8"), re.M | re.S)
    return str(found)


@pytest.fixture(scope="module")
def where(system: LocalSystem, urls: dict[str, str]) -> dict[str, str]:
    """The environment that the programs read."""
    return {f"{name.upper()}_URL": url for name, url in urls.items()} | {
        "CLIENTS_FILE": str(system.state / "clients.json")
    }


def test_python(where: Mapping[str, str], tmp_path: Path) -> None:
    made = clients.python()
    program = tmp_path / "quickstart.py"
    program.write_text(block("python.md", "python"), "utf-8")
    assert run([sys.executable, "-W", "error", program], env={**where, "PYTHONPATH": str(made)}) == block(
        "README.md", "text"
    )


def test_typescript(where: Mapping[str, str], tmp_path: Path) -> None:
    made = clients.typescript({"quickstart.ts": block("typescript.md", "typescript")})
    assert run(["node", made / "quickstart.js"], env=where) == block("README.md", "text")


def test_java(where: Mapping[str, str], tmp_path: Path) -> None:
    made = clients.java()
    program = tmp_path / "Quickstart.java"
    program.write_text(block("java.md", "java"), "utf-8")
    classpath = f"{made / 'clients.jar'}:{made / 'lib'}/*"
    run(["javac", "-Xlint:all", "-Xlint:-processing", "-Werror", "-cp", classpath, "-d", tmp_path, program])
    assert run([java(), "-cp", f"{classpath}:{tmp_path}", "Quickstart"], env=where) == block("README.md", "text")
