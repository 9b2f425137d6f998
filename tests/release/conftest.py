"""What the machine lacks is skipped, as in the ecosystem's tests."""

from __future__ import annotations

from tests.ecosystem.conftest import pytest_runtest_call, pytest_runtest_setup

__all__ = ["pytest_runtest_call", "pytest_runtest_setup"]
