"""Tests of two policies in one installation: the whole process has both, as `tests/policy/test_two_policies.py` starts it."""

from __future__ import annotations

import pytest

from shared.policies import POLICIES
from tests.policy.two_policies import PACKAGES

if "etown-2024-1" not in POLICIES:
    raise pytest.UsageError(f"Set POLICY_PACKAGES={PACKAGES}")
