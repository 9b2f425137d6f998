"""The offices that papers name: who issues them, who hears complaints about them, and how they are numbered.

A policy package has them in `offices.yaml`. OFFICES_FILE names a YAML file of the city that fills in or replaces entries, by the
code of the policy:

    <policy>:
      issuing: [某市商务局, Municipal Bureau of Commerce]
      court: [某区人民法院, District People's Court]
      document_numbers: {decision-letter: "某商务兑〔{year}〕{number}号"}

Both are read once, when a process starts; what contradicts itself ends it. What is not filled in is None, and papers say so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

from shared.i18n import NamesByCode
from shared.policies import POLICIES, Names, PolicyPackageError

VARIABLE = "OFFICES_FILE"
NAMED = ("issuing", "address", "review_office", "court")
"""Entries in Chinese and English."""
PLAIN = ("telephone", "email")
COMPLETION = "completion_days"
NUMBERS = "document_numbers"
NUMBERED = ("decision-letter", "refusal-letter", "notice", "recovery-letter")
"""Kinds of papers that are kept, and so have a number. Plans, statements and guides say how things are today."""
ENTRIES = (*NAMED, *PLAIN, COMPLETION)
_PLACEHOLDERS = {"year", "number"}


@dataclass(frozen=True, slots=True)
class Office:
    """The office that issues the papers of a policy; None and an absent number are what is not filled in."""

    issuing: Names | None
    address: Names | None
    telephone: str | None
    email: str | None
    #: Where an administrative review (行政复议) is asked for, and which court hears an action (行政诉讼).
    review_office: Names | None
    court: Names | None
    #: Within how many days after a refusal arrives what is missing may be handed in.
    completion_days: int | None
    #: Kind of paper → its document number (文号) with `{year}` and `{number}`.
    numbers: Mapping[str, str]

    def named(self, name: str, language: str) -> str | None:
        """Return an entry of NAMED or PLAIN in `zh-CN` or `en`; None where it is not filled in."""
        value: str | Names | None = getattr(self, name)
        return value[language != "zh-CN"] if isinstance(value, tuple) else value


@cache
def city_entries() -> Mapping[str, Mapping[str, Any]]:
    """Return what the city's file says, by the code of the policy; raises PolicyPackageError."""
    path = os.environ.get(VARIABLE)
    if not path:
        return {}
    try:
        content = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PolicyPackageError(f"{VARIABLE}: {path} cannot be read as YAML: {error}") from error
    if not isinstance(content, dict) or any(not isinstance(entry, dict) for entry in content.values()):
        raise PolicyPackageError(f"{VARIABLE} must hold entries by the code of a policy")
    for policy, entry in content.items():
        unknown = ", ".join(map(str, entry.keys() - {*ENTRIES, NUMBERS}))
        if policy not in POLICIES or unknown:
            raise PolicyPackageError(f"{VARIABLE}: {policy}: {unknown or 'no such policy is installed'}")
    return content


def office_of(policy: str, entry: Mapping[str, Any]) -> Office:
    """Return the office of a policy from its package's `entry` and the city's; raises PolicyPackageError for a malformed one."""
    city = city_entries().get(policy, {})
    merged = {name: city.get(name, entry.get(name)) for name in ENTRIES}
    numbers = {**(entry.get(NUMBERS) or {}), **(city.get(NUMBERS) or {})}
    for name, value in merged.items():
        if value is not None and not _is_well_formed(name, value):
            form = {COMPLETION: "must be a number of days"}.get(name, "must be text")
            form = "must be [Chinese, English]" if name in NAMED else form
            raise PolicyPackageError(f"{policy}: offices: {name} {form}")
    for kind, pattern in numbers.items():
        if kind not in NUMBERED:
            raise PolicyPackageError(
                f"{policy}: offices: {NUMBERS}: {kind} has no number; papers that have: {', '.join(NUMBERED)}"
            )
        if not _is_pattern(pattern):
            raise PolicyPackageError(f"{policy}: offices: {NUMBERS}.{kind} must have {{year}} and {{number}} once each")
    names: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in merged.items()}
    return Office(**names, numbers=MappingProxyType(numbers))


@cache
def office_of_policy(policy: str) -> Office:
    """Return the office of an installed policy, as its package and the city's file say."""
    content = yaml.safe_load((POLICIES[policy].folder / "offices.yaml").read_text("utf-8"))
    return office_of(policy, content)


@cache
def department_names() -> NamesByCode:
    """Return the departments that the packages of installed policies name, by code."""
    read = (yaml.safe_load((each.folder / "offices.yaml").read_text("utf-8")) for each in POLICIES.values())
    return {code: (zh, en) for content in read for code, (zh, en) in (content.get("departments") or {}).items()}


def _is_well_formed(name: str, value: object) -> bool:
    if name == COMPLETION:
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 365
    if name in PLAIN:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) and each for each in value)


def _is_pattern(pattern: object) -> bool:
    try:
        found = [part for part in Formatter().parse(str(pattern)) if part[1] is not None]
    except ValueError:
        return False
    plain = all(not specification and not conversion for _, _, specification, conversion in found)
    return plain and sorted(str(name) for _, name, _, _ in found) == sorted(_PLACEHOLDERS)
