"""What POLICY_PACKAGES may list; it is read once, when a process starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIRST = "services.eligibility.rules.lishui_2020_1"
OUTLINE = """
code: {code}
award_years: {{first: 2024, last: 2024}}
tiered: []
untiered: [{award}]
jurisdictions: {{{place}: [某地, a place]}}
covered: [{place}]
units: {{{unit}: [某单位, a unit]}}
subjects: {{}}
titles: {{{award}: [某项, an award]}}
"""


def started(packages: str, folder: Path, module: str = "shared.policies") -> str:
    """Import a module in a process of its own; return the last line of its error, or nothing."""
    environment = {**os.environ, "POLICY_PACKAGES": packages, "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{folder}"}
    ended = subprocess.run(
        [sys.executable, "-c", f"import {module}"], env=environment, capture_output=True, text=True, check=False
    )
    return ended.stderr.strip().splitlines()[-1] if ended.returncode else ""


def package(folder: Path, name: str, datasets: str = "DATASETS = ()", **codes: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    (folder / name / "datasets.py").write_text(datasets)
    own = {"code": name, "award": f"{name}-award", "place": f"{name}_place", "unit": f"{name}_unit"} | codes
    (folder / name / "outline.yaml").write_text(OUTLINE.format(**own), "utf-8")


def test_any_number_of_packages_are_installed(tmp_path: Path) -> None:
    package(tmp_path, "third")
    assert started(f"{FIRST}, third", tmp_path) == ""
    assert started("third", tmp_path) == ""
    assert started("", tmp_path) == "", "the default"


@pytest.mark.parametrize("packages", ["no.such.package", "nothing", f"{FIRST},nothing"])
def test_what_cannot_be_imported_is_named(tmp_path: Path, packages: str) -> None:
    assert started(packages, tmp_path).endswith("which is no package that can be imported")


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ({"award": "courier-rent"}, "awards: courier-rent"),
        ({"place": "liandu"}, "jurisdictions: liandu"),
        ({"unit": "city"}, "units: city"),
    ],
)
def test_a_code_belongs_to_one_policy(tmp_path: Path, codes: dict[str, str], kind: str) -> None:
    package(tmp_path, "third", **codes)
    assert started(f"{FIRST},third", tmp_path).endswith(f"two policies of POLICY_PACKAGES have the same {kind}")


def test_a_dataset_is_declared_once(tmp_path: Path) -> None:
    package(tmp_path, "third", "from services.eligibility.rules.lishui_2020_1.datasets import DATASETS")
    refused = started(f"{FIRST},third", tmp_path, "shared.catalogue.datasets")
    assert refused.endswith("two packages declare the dataset service_centre_grades")


def test_an_installation_may_hold_another_policy_alone(tmp_path: Path) -> None:
    apps = "services.registry.app, services.eligibility.app, services.payout.app"
    assert started("tests.policy.packages.etown_2024_1", tmp_path, apps) == ""
