"""Two policies in one installation. What is installed is known when a process starts, so these tests run in one of their own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.policy.two_policies import PACKAGES

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)
def test_both_policies() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/two_policies"]
    environment = {**os.environ, "POLICY_PACKAGES": PACKAGES}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-10_000:]


def test_the_same_tests_refuse_an_installation_with_one() -> None:
    with pytest.raises(pytest.UsageError, match=f"Set POLICY_PACKAGES={PACKAGES}"):
        importlib.import_module("tests.two_policies.conftest")
