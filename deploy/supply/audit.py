"""`make audit`: hold what is shipped against its pins, and against the advisories that an index knows.

Exit codes: 0 everything was checked and is in order; 1 something is not; 3 what was checked is in order, and something could not
be checked, which is named.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import orjson
import yaml

from deploy.local.broker import JARS
from deploy.supply import inventory
from deploy.supply.environment import NoToolsError, scripts
from deploy.supply.inventory import ROOT

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADVISORIES_SECONDS = 300


class Outcome(Enum):
    """How a check ended, with its exit code."""

    SOUND = 0
    WRONG = 1
    UNCHECKED = 3


@dataclass(frozen=True)
class Finding:
    """The outcome of a check, with what was found in a sentence."""

    outcome: Outcome
    says: str


def hashes(requirements: Path = inventory.REQUIREMENTS) -> Iterator[Finding]:
    """Every pin has the SHA-256 of its files."""
    pinned = inventory.packages(requirements)
    bare = [each.name for each in pinned if not each.sha256]
    if bare or not pinned:
        yield Finding(Outcome.WRONG, f"{requirements.name}: without a hash: {', '.join(bare) or 'everything'}")
    else:
        yield Finding(Outcome.SOUND, f"{requirements.name}: {len(pinned)} packages, all with hashes")


def scripts_of_pages(folder: Path = inventory.STATIC) -> Iterator[Finding]:
    """The scripts that the desk's pages load are the listed ones, byte by byte, and no others."""
    if differing := inventory.differing_scripts(folder):
        yield Finding(
            Outcome.WRONG, f"scripts of pages: other than {inventory.SCRIPTS.name} lists: {', '.join(differing)}"
        )
    else:
        yield Finding(Outcome.SOUND, f"scripts of pages: those that {inventory.SCRIPTS.name} lists")


def jars(folder: Path = JARS) -> Iterator[Finding]:
    """The broker's jars are the listed ones, byte by byte, and no others."""
    if not folder.exists():
        yield Finding(
            Outcome.UNCHECKED, "Kafka's jars: not on this machine; `make serve` with Java and Maven fetches them"
        )
    elif differing := inventory.differing_jars(folder):
        yield Finding(Outcome.WRONG, f"Kafka's jars: other than deploy/kafka/jars.txt lists: {', '.join(differing)}")
    else:
        yield Finding(Outcome.SOUND, "Kafka's jars: those that deploy/kafka/jars.txt lists")


def images() -> Iterator[Finding]:
    """Compose, Dockerfile and Kubernetes name no image by its tag alone; an installation has filled in the digests."""
    named = re.findall(r"^ *image: *(.+)$", (ROOT / "deploy/compose/compose.yaml").read_text("utf-8"), re.MULTILINE)
    fixed = [name for name in named if not re.match(r"\$\{[A-Z]+_IMAGE:\?|ecommerce-subsidies:", name)]
    if re.search(r"^ARG PYTHON_IMAGE=", (ROOT / "deploy/Dockerfile").read_text("utf-8"), re.MULTILINE):
        fixed.append("PYTHON_IMAGE in deploy/Dockerfile")
    if fixed:
        yield Finding(Outcome.WRONG, f"images by a tag, which may mean another image tomorrow: {', '.join(fixed)}")
    open_ones = [image.name for image in inventory.images() if not _SHA256.fullmatch(image.digest)]
    overlay = yaml.safe_load((ROOT / "deploy/kubernetes/overlays/production/kustomization.yaml").read_text("utf-8"))
    for image in overlay["images"]:
        digest = str(image.get("digest", "")).removeprefix("sha256:")
        if not _SHA256.fullmatch(digest):
            yield Finding(Outcome.WRONG, f"Kubernetes: {image['name']} has no digest")
        elif set(digest) == {"0"}:
            open_ones.append(image["name"])
    if open_ones:
        yield Finding(
            Outcome.UNCHECKED, f"images whose digest the installation has yet to name: {', '.join(open_ones)}"
        )
    else:
        yield Finding(Outcome.SOUND, "all images are named by digest")


def advisories() -> Iterator[Finding]:
    """The index knows of no weakness in the pinned packages."""
    try:
        command: list[str | Path] = [scripts() / "pip-audit", "--requirement", inventory.REQUIREMENTS, "--disable-pip"]
        command += ["--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        said = subprocess.run(command, capture_output=True, check=False, timeout=_ADVISORIES_SECONDS)
        found = orjson.loads(said.stdout)["dependencies"]
    except NoToolsError as error:
        yield Finding(Outcome.UNCHECKED, f"advisories: the tools cannot be installed ({error})")
        return
    except (orjson.JSONDecodeError, subprocess.TimeoutExpired):
        yield Finding(Outcome.UNCHECKED, "advisories: no index that knows them answers")
        return
    yield from of_advisories(found)


def of_advisories(found: list[dict[str, object]]) -> Iterator[Finding]:
    """Read pip-audit's list of packages: what it left out was not checked."""
    for each in found:
        for weakness in each.get("vulns", ()):  # type: ignore[attr-defined]
            better = ", ".join(weakness["fix_versions"]) or "none yet"
            yield Finding(Outcome.WRONG, f"{each['name']} {each['version']}: {weakness['id']}; repaired in: {better}")
    skipped = [str(each["name"]) for each in found if "skip_reason" in each]
    if skipped:
        yield Finding(
            Outcome.UNCHECKED, f"advisories: the index knows none of {len(skipped)} packages ({', '.join(skipped)})"
        )
    if len(skipped) < len(found):
        yield Finding(Outcome.SOUND, f"advisories: {len(found) - len(skipped)} packages were looked up")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (hashes, scripts_of_pages, jars, images, advisories)


def main() -> int:
    """Print every finding; returns the exit code."""
    found = [finding for check in CHECKS for finding in check()]
    for finding in found:
        print(f"{finding.outcome.name.lower():<10} {finding.says}")
    outcomes = {finding.outcome for finding in found}
    return next(int(each.value) for each in (Outcome.WRONG, Outcome.UNCHECKED, Outcome.SOUND) if each in outcomes)


if __name__ == "__main__":
    sys.exit(main())
