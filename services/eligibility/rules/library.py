"""The policies that are installed, with their rules."""

from __future__ import annotations

import importlib
from functools import cache

from services.eligibility.rules.domain import Policy
from services.eligibility.rules.package import read_package
from shared.policies import POLICIES


class UnknownPolicyError(KeyError):
    """No policy has that code; the message lists the codes that there are."""


@cache
def load_policy(policy_code: str) -> Policy:
    """Return a policy, read once. Raises `UnknownPolicyError`."""
    if policy_code not in POLICIES:
        raise UnknownPolicyError(f"no policy {policy_code!r}; there are {', '.join(POLICIES)}")
    return read_package(importlib.import_module(POLICIES[policy_code].package))
