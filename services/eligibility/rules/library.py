"""The policies that there are."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from services.eligibility.rules.domain import Policy
from services.eligibility.rules.package import read_package

#: Policy code → the package that holds it. Another policy is another line here.
POLICIES: Mapping[str, str] = MappingProxyType({"lishui-2020-1": "services.eligibility.rules.lishui_2020_1"})


class UnknownPolicyError(KeyError):
    """No policy has that code; the message lists the codes that there are."""


@cache
def load_policy(policy_code: str) -> Policy:
    """Return a policy, read once. Raises `UnknownPolicyError`."""
    if policy_code not in POLICIES:
        raise UnknownPolicyError(f"no policy {policy_code!r}; there are {', '.join(POLICIES)}")
    return read_package(importlib.import_module(POLICIES[policy_code]))
