"""What is shipped or run beside it, as the repository pins it: Python packages, pages' scripts, the broker's jars, images."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
JARS = ROOT / "deploy/kafka/jars.txt"
NPM = ROOT / "deploy/supply/npm"
SCRIPTS = NPM / "files.txt"
STATIC = ROOT / "services/desk/static/vendor"
EXAMPLE = ROOT / "deploy/compose/example.env"
_PIN = re.compile(r"(?P<name>[\w.-]+)(\[.*\])?==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")
_IMAGE = re.compile(r"[A-Z]+_IMAGE=(?P<name>[^\s:@]+):(?P<tag>[\w.-]+)@sha256:(?P<digest>[0-9a-f]*)")


@dataclass(frozen=True)
class Package:
    """A Python package, and the SHA-256 of each of its files that may be installed."""

    name: str
    version: str
    sha256: tuple[str, ...] = ()


@dataclass(frozen=True)
class Jar:
    """A jar of Maven's repository."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.artifact}-{self.version}.jar"


@dataclass(frozen=True)
class Script:
    """A script that pages load: the file of an npm package, with its SHA-256."""

    sha256: str
    package: str
    file: str
    version: str


@dataclass(frozen=True)
class Image:
    """A container image. Its digest (hexadecimal SHA-256) is empty until an operator has examined it and named it."""

    name: str
    tag: str
    digest: str


def packages(requirements: Path = REQUIREMENTS) -> list[Package]:
    """Return the pins of a requirements file, in its order."""
    found: list[Package] = []
    for line in requirements.read_text("utf-8").splitlines():
        if pin := _PIN.match(line):
            found.append(Package(pin["name"], pin["version"]))
        elif hashed := _HASH.search(line):
            last = found[-1]
            found[-1] = Package(last.name, last.version, (*last.sha256, hashed[1]))
    return found


def scripts() -> list[Script]:
    """Return the scripts that the desk's pages load."""
    locked = json.loads((NPM / "package-lock.json").read_text("utf-8"))["packages"]
    lines = [line.split() for line in SCRIPTS.read_text("utf-8").splitlines()]
    return [Script(digest, name, file, locked[f"node_modules/{name}"]["version"]) for digest, name, file in lines]


def differing_scripts(folder: Path = STATIC) -> list[str]:
    """Return the names of scripts in `folder` that are missing, not listed, or not the listed ones byte by byte."""
    listed = {script.file: script.sha256 for script in scripts()}
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    return sorted({name for name, _ in listed.items() ^ found.items()})


def jars(listed: Path = JARS) -> list[Jar]:
    """Return the jars of Apache Kafka's broker."""
    return [Jar(*line.replace(":", " ").split()) for line in listed.read_text("utf-8").splitlines()]


def differing_jars(folder: Path) -> list[str]:
    """Return the names of jars in `folder` that are missing, not listed, or not the listed ones byte by byte."""
    listed = {jar.file: jar.sha256 for jar in jars()}
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.jar")}
    return sorted({name for name, _ in listed.items() ^ found.items()})


def images() -> list[Image]:
    """Return the images that an installation runs: those of its own `.env`, or of the example."""
    own = EXAMPLE.with_name(".env")
    lines = (own if own.exists() else EXAMPLE).read_text("utf-8").splitlines()
    return [Image(**found.groupdict()) for line in lines if (found := _IMAGE.fullmatch(line))]
