"""No code outside a policy's package names a code of the policy: an installation without it, or with others, needs no change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from shared.policies import DEFAULT_PACKAGES, POLICIES

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests/policy/packages/etown_2024_1"
READ = (".py", ".sql", ".yaml", ".html", ".js", ".css")
NAMES = re.compile("lishui|丽水|liandu|莲都", re.IGNORECASE)
ALLOWED = {
    "shared/policies.py": "the packages of an installation that sets none",
    "shared/process_settings.py": "`demonstration` is also a kind of deployment",
    "shared/version.py": "the name of this project's distribution",
}
"""Modules that may name a policy, and why. Migrations are frozen: they say what was there before policies were packages."""
EXAMPLES = re.compile(r"examples?\W|_EXAMPLE\b")
"""Examples in documents may show the first policy's codes."""


def modules() -> Iterator[Path]:
    packages = [ROOT / package.replace(".", "/") for package in DEFAULT_PACKAGES.split(",")]
    for path in (*ROOT.glob("shared/**/*"), *ROOT.glob("services/**/*")):
        outside = not any(path.is_relative_to(package) for package in packages)
        if path.suffix in READ and outside and "migrations" not in path.parts and "locale" not in path.parts:
            yield path


def codes() -> set[str]:
    """Return every code that the policies alone define: of awards, places, budgets, datasets, and their own."""
    second = yaml.safe_load((SECOND / "outline.yaml").read_text("utf-8"))
    found = {
        second["code"],
        *second["untiered"],
        *second["jurisdictions"],
        *second["units"],
        "etown_sales",
        "etown_shops",
    }
    for policy in POLICIES.values():
        found |= {policy.code, *policy.awards, *policy.jurisdictions, *policy.units}
        found |= {dataset.name for dataset in import_module(f"{policy.package}.datasets").DATASETS}
    return found


def named(source: str, quoted: re.Pattern[str]) -> list[str]:
    """Return the lines that name a policy or one of its codes, but for examples."""
    lines, example = [], 0
    for line in source.splitlines():
        if EXAMPLES.search(line):
            example = 20
        if example == 0 and (quoted.search(line) or NAMES.search(line)):
            lines.append(line.strip())
        example = max(0, example - 1) if line.strip() else 0
    return lines


QUOTED = re.compile(rf"""["'`](?:{"|".join(sorted(map(re.escape, codes())))})["'`]""")


def test_no_code_of_a_policy_is_named_outside_its_package() -> None:
    found = {str(path.relative_to(ROOT)): named(path.read_text("utf-8"), QUOTED) for path in modules()}
    assert {path: lines for path, lines in found.items() if lines and path not in ALLOWED} == {}
    assert all(found[path] for path in ALLOWED), "an exception that is not needed any more"


@pytest.mark.parametrize(
    "line", ['award == "courier-rent"', "jurisdiction IN ('city', 'x')", "# as in Lishui", "the unit `e_town_fund`"]
)
def test_what_names_one_is_found(line: str) -> None:
    assert named(line, QUOTED) == [line]
