"""`make check`: lint, types and the nearest unit tests of what changed since this branch left `main`.

It is quick enough to run after every change, and leaves out much: `make test` runs everything.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASES = ("main", "origin/main")
CODE = ("services", "shared", "deploy")
NEAR = ("tests/unit", "tests/policy")
SLOW = ("tests/policy/test_reference.py",)
"""Tests that alone take as long as all of `make check` may."""
_SEQUENTIAL = 3  # as many test files finish before more workers have started


def changed(root: Path) -> list[str]:
    """Return the files that differ from where the branch left `main`: committed, staged, unstaged, untracked, deleted."""
    base = "HEAD"
    for name in BASES:
        found = _git(root, "merge-base", "HEAD", name, check=False)
        if found:
            base = found[0]
            break
    tracked = _git(root, "diff", "--name-only", "--no-renames", "-z", base)
    return sorted({*tracked, *_git(root, "ls-files", "--others", "--exclude-standard", "-z")})


def near(root: Path, files: Iterable[str]) -> list[str]:
    """Return the test files nearest to `files`.

    A changed test is among them. Data and fixtures of tests concern the tests in and below the nearest folder that has some,
    their helpers the tests that import them. Code is tested by the tests that import its module or are named after it or its
    room; where there are none, by those that import any module of its room.
    All tests of the policy concern a change of its package.
    """
    tests = {
        path.relative_to(root).as_posix(): _imports(path)
        for folder in NEAR
        for path in sorted((root / folder).rglob("test_*.py"))
        if path.relative_to(root).as_posix() not in SLOW
    }
    found: set[str] = set()
    for file in files:
        path = Path(file)
        if path.parts[0] in CODE:
            found |= _tests_of_code(path, tests)
            if any((root / above / "coverage.yaml").exists() for above in path.parents):
                found |= {test for test in tests if test.startswith("tests/policy/")}
        elif path.parts[0] == "tests" and path.match("test_*.py"):
            found |= {file} if (root / file).exists() else set()
        elif path.parts[0] == "tests" and path.suffix == ".py" and path.name != "conftest.py":
            found |= {test for test, imports in tests.items() if _module(path) in imports}
        elif file.startswith(tuple(f"{folder}/" for folder in NEAR)):
            folder = next(
                above for above in path.parents if any((root / above).glob("test_*.py")) or len(above.parts) == 1
            )
            found |= {test for test in tests if Path(test).is_relative_to(folder)}
    return sorted(found)


def _tests_of_code(path: Path, tests: dict[str, set[str]]) -> set[str]:
    owner = path.parts[1] if path.parts[0] == "services" else path.parts[0]
    inner = path.parts[2:] if path.parts[0] == "services" else path.parts[1:]
    names = {Path(part).stem for part in inner}

    def is_named_after(test: str) -> bool:
        _, _, service, *rest = Path(test).parts
        words = "_".join([*rest[:-1], Path(rest[-1]).stem]).split("_") if rest else []
        return service == owner and not names.isdisjoint(words)

    found = {test for test, imports in tests.items() if _module(path) in imports or is_named_after(test)}
    if found or len(inner) < 2:
        return found
    room = ".".join(path.parts[: len(path.parts) - len(inner) + 1])
    return {test for test, imports in tests.items() if any(f"{name}.".startswith(f"{room}.") for name in imports)}


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imports(test: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(test.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _git(root: Path, *arguments: str, check: bool = True) -> list[str]:
    answer = subprocess.run(["git", *arguments], cwd=root, check=check, capture_output=True, text=True)
    return [name for name in answer.stdout.replace("\0", "\n").splitlines() if name]


def commands(root: Path, files: Sequence[str]) -> dict[str, list[str]]:
    """Return what has to be run for `files`, by name. Types are checked whole: mypy's cache makes that quick."""
    python = [file for file in files if file.endswith(".py") and (root / file).exists()]
    tests = near(root, files)
    tools = Path(sys.executable).parent
    made: dict[str, list[str]] = {}
    if python:
        made["format"] = [str(tools / "ruff"), "format", "--check", "--force-exclude", *python]
        made["lint"] = [str(tools / "ruff"), "check", "--force-exclude", *python]
        made["types"] = [str(tools / "mypy")]
        made["imports"] = [str(tools / "lint-imports")]
    if tests:
        workers = ["-n", "2"] if len(tests) > _SEQUENTIAL else []
        made[f"{len(tests)} test files"] = [sys.executable, "-m", "pytest", "-q", "--maxfail=5", *workers, *tests]
    return made


def main() -> int:
    """Run the commands side by side and print what each says; returns the exit code."""
    files = changed(ROOT)
    started = {
        name: subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, command in commands(ROOT, files).items()
    }
    print(f"{len(files)} changed files", flush=True)
    failed = []
    for name, process in started.items():
        output, _ = process.communicate()
        if process.returncode:
            failed.append(name)
            print(f"── {name}\n{output}", flush=True)
        else:
            print(f"── {name}: {output.strip().splitlines()[-1] if output.strip() else 'passed'}", flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
