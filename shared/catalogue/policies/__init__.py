"""The outline of each policy that more than one service needs: codes of its awards, and its award years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml


@dataclass(frozen=True, slots=True)
class PolicyOutline:
    """Codes of the awards, apart by whether an earlier payment names a tier, those that
    require provincial monitoring, by what their subject is, and the years of yearly awards.
    """

    code: str
    award_years: range
    tiered: tuple[str, ...]
    untiered: tuple[str, ...]
    monitored: tuple[str, ...]
    subjects: Mapping[str, tuple[str, ...]]


def _read(path: Path) -> PolicyOutline:
    content = yaml.safe_load(path.read_text("utf-8"))
    years = range(content["award_years"]["first"], content["award_years"]["last"] + 1)
    tiered, untiered, monitored = (tuple(content[name]) for name in ("tiered", "untiered", "monitored"))
    subjects = {form: tuple(codes) for form, codes in content["subjects"].items()}
    return PolicyOutline(path.stem, years, tiered, untiered, monitored, subjects)


POLICIES: Mapping[str, PolicyOutline] = MappingProxyType(
    {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))}
)
"""Outlines by the policy's code."""

TIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.tiered)
UNTIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.untiered)


def about(form: str) -> tuple[str, ...]:
    """Return the codes of the awards whose subject has a form: `enterprise`, `attendance` or `unit_and_level`."""
    return tuple(code for policy in POLICIES.values() for code in policy.subjects[form])
