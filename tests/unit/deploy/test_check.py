"""What `make check` looks at."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deploy.dev.check import changed, commands, near


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on a branch of its own, one commit ahead of `main`."""
    for name in os.environ:  # a git hook names its own repository
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    for name, content in {
        "services/payout/split/domain.py": "",
        "services/payout/split/rules.yaml": "",
        "services/payout/ledger/tables.py": "",
        "services/payout/settings.py": "",
        "services/eligibility/policy/town_1/coverage.yaml": "",
        "services/eligibility/policy/town_1/awards/parks.py": "",
        "shared/clock.py": "",
        "docs/page.md": "",
        "tests/unit/payout/test_split.py": "from services.payout.split.domain import split\n",
        "tests/unit/payout/ledger/test_postings.py": "import tests.support.amounts\n",
        "tests/unit/payout/ledger/cases/one.yaml": "",
        "tests/unit/shared/test_days.py": "from shared import clock\n",
        "tests/policy/test_cases.py": "",
        "tests/policy/test_reference.py": "from services.payout.split.domain import split\n",
        "tests/integration/test_database.py": "import shared.clock\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    git(tmp_path, "checkout", "--quiet", "-b", "work")
    (tmp_path / "shared/clock.py").write_text("NOON = 12\n")
    git(tmp_path, "commit", "--quiet", "--all", "--message=second")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)


def test_what_was_committed_on_the_branch_has_changed(project: Path) -> None:
    assert changed(project) == ["shared/clock.py"]


def test_what_is_staged_unstaged_untracked_or_deleted_has_changed(project: Path) -> None:
    (project / "shared/new 新.py").write_text("")
    (project / "services/payout/settings.py").write_text("A = 1\n")
    (project / "services/payout/split/domain.py").write_text("B = 1\n")
    git(project, "add", "services/payout/split/domain.py")
    (project / "docs/page.md").unlink()
    assert changed(project) == [
        "docs/page.md",
        "services/payout/settings.py",
        "services/payout/split/domain.py",
        "shared/clock.py",
        "shared/new 新.py",
    ]


def test_without_main_what_is_not_committed_has_changed(project: Path) -> None:
    git(project, "branch", "--quiet", "--delete", "--force", "main")
    assert changed(project) == []


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("services/payout/split/domain.py", ["tests/unit/payout/test_split.py"]),
        ("services/payout/split/rules.yaml", ["tests/unit/payout/test_split.py"]),
        ("services/payout/ledger/tables.py", ["tests/unit/payout/ledger/test_postings.py"]),
        ("services/payout/settings.py", []),
        ("services/eligibility/policy/town_1/awards/parks.py", ["tests/policy/test_cases.py"]),
        ("shared/clock.py", ["tests/unit/shared/test_days.py"]),
        ("tests/unit/payout/ledger/cases/one.yaml", ["tests/unit/payout/ledger/test_postings.py"]),
        ("tests/support/amounts.py", ["tests/unit/payout/ledger/test_postings.py"]),
        ("tests/integration/conftest.py", []),
        ("tests/unit/payout/ledger/conftest.py", ["tests/unit/payout/ledger/test_postings.py"]),
        ("tests/integration/test_database.py", ["tests/integration/test_database.py"]),
        ("tests/unit/payout/test_deleted.py", []),
        ("docs/page.md", []),
    ],
)
def test_the_nearest_tests(project: Path, file: str, tests: list[str]) -> None:
    assert near(project, [file]) == tests


def test_pages_alone_need_neither_lint_nor_tests(project: Path) -> None:
    assert commands(project, ["docs/page.md"]) == {}


def test_deleted_modules_are_not_linted(project: Path) -> None:
    (project / "shared/clock.py").unlink()
    assert list(commands(project, ["shared/clock.py"])) == ["1 test files"]
