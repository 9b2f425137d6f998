"""The policies that there are, and the book of each."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from services.eligibility.rules.domain import Policy
from services.eligibility.rules.package import read_package

#: Policy code → the package that holds it. A further document is a further line here.
POLICIES: Mapping[str, str] = MappingProxyType({"lishui-2020-1": "services.eligibility.rules.lishui_2020_1"})


class UnknownPolicyError(KeyError):
    """No policy of that code; the message lists those that there are."""


@cache
def load_policy(policy_code: str) -> Policy:
    """The book of a policy, read once. Raises `UnknownPolicyError`."""
    if policy_code not in POLICIES:
        raise UnknownPolicyError(f"no policy {policy_code!r}; there are {', '.join(POLICIES)}")
    return read_package(importlib.import_module(POLICIES[policy_code]))
