"""The policies that are installed, and the outline of each: what more than one service needs to know of it.

A policy is a package: a folder that can be imported, with `outline.yaml`, `datasets.py` and `signs.py` for every service, and its
rules, which eligibility alone reads. POLICY_PACKAGES lists the packages of an installation; no other code names one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import yaml

VARIABLE = "POLICY_PACKAGES"
DEFAULT_PACKAGES = "services.eligibility.rules.lishui_2020_1"

Names = tuple[str, str]
"""A name in Chinese and in English."""


class PolicyPackageError(RuntimeError):
    """POLICY_PACKAGES names a package that cannot be read, or two that use one code."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What services know of a policy besides its rules.

    `tiered` and `untiered` are the codes of its awards, apart by whether an earlier payment names a tier; `subjects` tells them
    apart by what their subject is (`enterprise`, `attendance`, `unit_and_level`); `records` names the datasets whose keys
    are the subjects of awards. `jurisdictions` are the
    places that it speaks of, `covered` those that an award may belong to, `units` the budgets that may pay; each with its names.
    `titles` has the title of each award, in the order of the policy's articles.
    """

    package: str
    folder: Path
    code: str
    award_years: range
    tiered: tuple[str, ...]
    untiered: tuple[str, ...]
    subjects: Mapping[str, tuple[str, ...]]
    records: Mapping[str, tuple[str, ...]]
    jurisdictions: Mapping[str, Names]
    covered: tuple[str, ...]
    units: Mapping[str, Names]
    titles: Mapping[str, Names]

    @property
    def awards(self) -> tuple[str, ...]:
        """The codes of all its awards."""
        return (*self.tiered, *self.untiered)


def _packages() -> Iterator[str]:
    listed = os.environ.get(VARIABLE) or DEFAULT_PACKAGES
    return (name.strip() for name in listed.split(",") if name.strip())


def _outline(package: str) -> Outline:
    try:
        found = find_spec(package)
    except ModuleNotFoundError:
        found = None
    if found is None or found.origin is None:
        raise PolicyPackageError(f"{VARIABLE} names {package}, which is no package that can be imported")
    folder = Path(found.origin).parent
    content: dict[str, Any] = yaml.safe_load((folder / "outline.yaml").read_text("utf-8"))
    return Outline(
        package,
        folder,
        content["code"],
        range(content["award_years"]["first"], content["award_years"]["last"] + 1),
        tuple(content["tiered"]),
        tuple(content["untiered"]),
        _codes(content.get("subjects", {})),
        _codes(content.get("records", {})),
        _names(content["jurisdictions"]),
        tuple(content["covered"]),
        _names(content["units"]),
        _names(content["titles"]),
    )


def _codes(content: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(codes) for name, codes in content.items()})


def _names(content: Mapping[str, list[str]]) -> Mapping[str, Names]:
    return MappingProxyType({code: (zh, en) for code, (zh, en) in content.items()})


def _read() -> Mapping[str, Outline]:
    """Return the outlines by policy; every code belongs to one of them, so that a row need not name its policy."""
    outlines = [_outline(package) for package in _packages()]
    for kind in ("awards", "jurisdictions", "units"):
        codes = [code for outline in outlines for code in getattr(outline, kind)]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise PolicyPackageError(f"two policies of {VARIABLE} have the same {kind}: {', '.join(twice)}")
    return MappingProxyType({outline.code: outline for outline in outlines})


POLICIES = _read()
"""The outlines of the installed policies by code, in the order of POLICY_PACKAGES."""

FIRST_POLICY = next(iter(POLICIES))
"""What a command means that names no policy."""

AWARD_TITLES: Mapping[str, Names] = MappingProxyType(
    {code: title for policy in POLICIES.values() for code, title in policy.titles.items()}
)
"""The title of each award."""

TIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.tiered)
AWARD_PLACES: Mapping[str, int] = MappingProxyType(
    {code: place for policy in POLICIES.values() for place, code in enumerate(policy.titles, start=1)}
)
"""The place of each award in its policy, from 1: an outline lists the titles in the order of the articles."""

UNTIERED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.untiered)


def about(form: str) -> tuple[str, ...]:
    """Return the codes of the awards whose subject has a form: `enterprise`, `attendance` or `unit_and_level`."""
    return tuple(code for policy in POLICIES.values() for code in policy.subjects.get(form, ()))


RECORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {dataset: codes for policy in POLICIES.values() for dataset, codes in policy.records.items()}
)
"""Dataset → the awards whose subject is the key of a row of it, apart from the year."""


ELSEWHERE: Names = ("市外", "elsewhere")
JURISDICTIONS: Mapping[str, Names] = MappingProxyType(
    {code: names for policy in POLICIES.values() for code, names in policy.jurisdictions.items()}
    | {"elsewhere": ELSEWHERE}
)
"""Every place that a record may name, with its names; `elsewhere` is outside the places of all policies."""

COVERED = tuple(code for policy in POLICIES.values() for code in policy.covered)
"""The jurisdictions that an award may belong to."""

UNITS: Mapping[str, Names] = MappingProxyType(
    {code: names for policy in POLICIES.values() for code, names in policy.units.items()}
)
"""The budgets that may pay, with their names."""

if TYPE_CHECKING:
    CoveredJurisdiction = str
    BudgetUnit = str
else:
    CoveredJurisdiction = Literal[COVERED]
    BudgetUnit = Literal[tuple(UNITS)]
