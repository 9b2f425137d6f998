"""The quickstarts of docs/clients, run with clients generated anew from the committed documents, do the platform's job."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.ecosystem import clients, tools
from deploy.local.look import environment
from deploy.local.system import LocalSystem

QUICKSTARTS = tools.ROOT / "docs" / "clients"


def python(_: Path) -> list[str | Path]:
    return ["env", f"PYTHONPATH={clients.python()}", sys.executable, "-W", "error", QUICKSTARTS / "quickstart.py"]


def typescript(output: Path) -> list[str | Path]:
    folder = clients.typescript()
    shutil.copy(QUICKSTARTS / "quickstart.ts", folder)
    clients.compile_typescript(folder, output)
    return ["node", output / "quickstart.js"]


def java(output: Path) -> list[str | Path]:
    built = clients.java()
    classpath = f"{built / 'clients.jar'}:{built / 'lib'}/*"
    compiler = Path(tools.java()).with_name("javac")
    tools.run([compiler, "-Xlint:all", "-Werror", "-cp", classpath, "-d", output, QUICKSTARTS / "Quickstart.java"])
    return [tools.java(), "-cp", f"{classpath}:{output}", "Quickstart"]


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("language", [python, typescript, java], ids=["python", "typescript", "java"])
def test_a_quickstart(language: Callable[[Path], list[str | Path]], system: LocalSystem, tmp_path: Path) -> None:
    command, variables = language(tmp_path), environment(system.state)
    first, second = (tools.run(command, env=variables).splitlines() for _ in range(2))
    assert first[:3] == [
        "enterprises: succeeded, 1 accepted, 0 unchanged",
        "locations: succeeded, 1 accepted, 0 unchanged",
        "courier_years: succeeded, 1 accepted, 0 unchanged",
    ]
    assert re.fullmatch(r"  line 3: uscc: .+", first[3])
    assert first[4:6] == ["evaluation: started once: True", "evaluation: succeeded"] or first[4:6] == [
        "evaluation: started once: true",
        "evaluation: succeeded",
    ]
    assert re.fullmatch(r"decisions: [2-9]\d* read", first[6])
    assert first[7:] == [
        "award: courier-rent for 91331100MA2000061E: 20000000 fen",
        "  city: 10000000 fen",
        "  liandu: 10000000 fen",
        "problem: 404 urn:ecommerce-subsidies:problem:not-found",
    ]
    assert [line for line in second if line.startswith("enterprises")] == [
        "enterprises: succeeded, 0 accepted, 1 unchanged"
    ]
