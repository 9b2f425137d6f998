"""Clients in Python, TypeScript and Java, made from the committed documents and compiled: `python -m deploy.checks.clients`.

They are made into `clients/`, which is not committed. Names of languages as arguments make those alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from deploy.checks import tools
from deploy.checks.tools import MissingToolError, ToolFailedError, run

API = tools.ROOT / "docs" / "api"
CLIENTS = tools.ROOT / "clients"
SERVICES = ("registry", "eligibility", "payout")
PYTHON_GENERATOR = "openapi-python-client==0.29.1"


def python() -> Path:
    """Make `clients/python/<service>`, packages that need httpx, attrs and python-dateutil; returns what goes on the path."""
    folder = _fresh("python")
    uv = Path(sys.executable).parent / "uv"
    for service in SERVICES:
        run(
            [
                *(uv, "tool", "run", "--quiet", "--from", PYTHON_GENERATOR, "openapi-python-client", "generate"),
                *("--path", API / f"{service}.openapi.json", "--output-path", folder / service),
                *("--meta", "none", "--config", tools.HERE / "python.yaml"),
            ]
        )
    run([sys.executable, "-W", "error", "-m", "compileall", "-q", folder])
    return folder


def typescript(programs: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Make `clients/typescript/<service>` and compile it as strict TypeScript, with `programs` (file name → text) beside it.

    Returns the folder.
    """
    folder = _fresh("typescript")
    for service in SERVICES:
        document = API / f"{service}.openapi.json"
        run([*tools.node_tool("openapi-ts"), "-i", document, "-o", folder / service, "--silent"], cwd=folder)
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(tools.HERE / "typescript" / name, folder / name)
    for name, text in programs.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "node_modules").symlink_to(tools.node() / "node_modules")
    run([*tools.node_tool("tsc"), "--project", folder])
    return folder


def java() -> Path:
    """Make `clients/java/build/clients.jar`, with what it needs in `lib`; returns that folder."""
    folder = _fresh("java")
    pom = tools.HERE / "java" / "pom.xml"
    run([tools.maven(), "-q", "-B", "-f", pom, "package", f"-Dclients={folder}", f"-Dapi={API}"])
    return folder / "build"


LANGUAGES: Mapping[str, Callable[[], Path]] = {"python": python, "typescript": typescript, "java": java}


def _fresh(language: str) -> Path:
    folder = CLIENTS / language
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main(wanted: list[str]) -> int:
    """Make the clients of the languages named, or of all; returns how many could not be made."""
    failed = 0
    for language in wanted or list(LANGUAGES):
        try:
            print(f"{language:<11} {os.path.relpath(LANGUAGES[language](), tools.ROOT)}", flush=True)
        except MissingToolError as reason:
            print(f"{language:<11} skipped: {reason}", flush=True)
        except ToolFailedError as error:
            failed += 1
            print(f"{language:<11} failed: {error}", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
