"""The outline of each policy that more than one service needs: codes and titles of its awards, and its award years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml


@dataclass(frozen=True, slots=True)
class PolicyOutline:
    """Codes of the awards, apart by whether an earlier payment names a tier, those that require provincial monitoring,
    the years of yearly awards, and the title (Chinese, English) of each award.
    """

    code: str
    award_years: range
    tiered: tuple[str, ...]
    untiered: tuple[str, ...]
    monitored: tuple[str, ...]
    titles: Mapping[str, tuple[str, str]]


def _read(path: Path) -> PolicyOutline:
    content = yaml.safe_load(path.read_text("utf-8"))
    years = range(content["award_years"]["first"], content["award_years"]["last"] + 1)
    tiered, untiered, monitored = (tuple(content[name]) for name in ("tiered", "untiered", "monitored"))
    titles = {award: (zh, en) for award, (zh, en) in content["titles"].items()}
    return PolicyOutline(path.stem, years, tiered, untiered, monitored, MappingProxyType(titles))


POLICIES: Mapping[str, PolicyOutline] = MappingProxyType(
    {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))}
)
"""Outlines by the policy's code."""

TIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.tiered)
UNTIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.untiered)
AWARD_TITLES = MappingProxyType({code: title for policy in POLICIES.values() for code, title in policy.titles.items()})
"""The title (Chinese, English) of each award."""
