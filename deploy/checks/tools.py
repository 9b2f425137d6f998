"""Tools that are no Python packages: found on the machine, or fetched by the package manager that has them.

What cannot be had is a MissingToolError whose sentence says what to install; tests are then skipped with that sentence.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from deploy.local.broker import java_command
from deploy.local.processes import CannotStartError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORE = ROOT / ".local" / "ecosystem"
KUSTOMIZE = "5.7.1"
DEBIAN_POSTGRES = 15


class MissingToolError(RuntimeError):
    """A tool is not on this machine and cannot be fetched; the text says which and how to get it."""


class ToolFailedError(RuntimeError):
    """A tool ran and refused; the text is the end of what it said."""


def run(
    command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, seconds: float = 600
) -> str:
    """Run `command` and return what it printed; raises ToolFailedError with the end of its output if it fails."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolFailedError(f"{command[0]} did not end within {seconds:.0f} s") from late
    if done.returncode != 0:
        raise ToolFailedError(f"{' '.join(map(str, command))}\n{(done.stdout + done.stderr)[-4_000:]}")
    return done.stdout


@cache
def java() -> str:
    """Return a Java of version 17 or newer."""
    try:
        return java_command()
    except CannotStartError as reason:
        raise MissingToolError(f"{reason}: install a JDK of version 17 or newer") from reason


@cache
def maven() -> str:
    """Return Maven; it needs a Java compiler."""
    java()
    if shutil.which("javac") is None and not os.environ.get("JAVA_HOME"):
        raise MissingToolError("no Java compiler found: install a JDK of version 17 or newer")
    return _found("mvn", "install Maven")


@cache
def node(listed: Path = HERE) -> Path:
    """Return the folder of Node's packages, those of the `package-lock.json` in `listed`, installed once per lock file."""
    npm, version = _found("npm", "install Node 20.19 or newer"), run([_found("node", "install Node"), "--version"])
    if tuple(map(int, version.strip().lstrip("v").split(".")[:2])) < (20, 19):
        raise MissingToolError(f"Node is {version.strip()}: install 20.19 or newer")
    digest = hashlib.sha256((listed / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = STORE / f"node-{digest}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(listed / name, folder / name)
        _fetch("Node packages", [npm, "ci", "--ignore-scripts"], folder)
        (folder / "complete").touch()
    return folder


def node_tool(name: str) -> list[str]:
    """Return the command of a tool among Node's packages."""
    return ["node", str(node() / "node_modules" / ".bin" / name)]


@cache
def postgres(version: int) -> Path:
    """Return the programs of an older PostgreSQL: 15 of Debian's package, 16 and 17 of npm's packages for Linux on x86-64."""
    if version == DEBIAN_POSTGRES:
        programs = Path(f"/usr/lib/postgresql/{version}/bin")
        if not (programs / "initdb").exists():
            raise MissingToolError(f"no PostgreSQL {version} found: install Debian's package postgresql-{version}")
        return programs
    package = node(HERE / "postgres") / "node_modules" / f"postgres-{version}"
    run(["node", "scripts/hydrate-symlinks.js"], cwd=package)  # what npm would run: packages hold no links
    return package / "native" / "bin"


@cache
def prometheus() -> Path:
    """Return the folder with `prometheus` and `promtool`; unpacked from Debian's package where they are not installed."""
    there = shutil.which("promtool")
    if there and shutil.which("prometheus"):
        return Path(there).parent
    folder = STORE / "prometheus"
    if not (folder / "usr/bin/promtool").exists():
        apt, dpkg = _found("apt-get", "install Prometheus"), _found("dpkg", "install Prometheus")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            run([apt, "download", "prometheus"], cwd=folder)
        except ToolFailedError:
            _fetch("Debian's list of packages", [apt, "update", "-qq"], folder)
            _fetch("Prometheus", [apt, "download", "prometheus"], folder)
        run([dpkg, "-x", next(folder.glob("*.deb")), folder])
    return folder / "usr/bin"


@cache
def chromium() -> str:
    """Return a Chromium; installed by Debian's package manager where it may."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for name in names:
        if there := shutil.which(name):
            return there
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise MissingToolError("no Chromium found: install it (Debian: apt-get install chromium)")
    _fetch("Debian's list of packages", [apt, "update", "-qq"], ROOT)
    wanted = ["chromium", "fonts-noto-cjk"]
    _fetch("Chromium", [apt, "install", "-y", "-qq", "--no-install-recommends", *wanted], ROOT)
    return _found("chromium", "install Chromium")


@cache
def buildah() -> list[str]:
    """Return the command of buildah, with a store of its own; installed by Debian's package manager where it may."""
    _installed("buildah", "mmdebstrap")
    store = STORE / "images"
    return [_found("buildah", "install buildah"), "--root", str(store / "storage"), "--runroot", str(store / "run")]


def python_image() -> str:
    """Return the name of an image with Debian's Python that buildah has; made from Debian's packages at first."""
    name, tool = "localhost/python-debian:bookworm", buildah()
    try:
        run([*tool, "inspect", "--type", "image", name])
    except ToolFailedError:
        base = STORE / "images" / "base.tar"
        wanted = "--include=python3,python3-venv,python-is-python3,passwd,tzdata,ca-certificates"
        _fetch(
            "Debian's Python",
            [_found("mmdebstrap", "install mmdebstrap"), "--variant=apt", wanted, "bookworm", str(base)],
            ROOT,
        )
        container = run([*tool, "from", "scratch"]).strip()
        run([*tool, "add", container, base, "/"])
        run([*tool, "commit", "--rm", container, name])
        base.unlink()
    return name


@cache
def kustomize() -> Path:
    """Return kustomize; compiled from its Go module where it is not installed."""
    if there := shutil.which("kustomize"):
        return Path(there)
    folder = STORE / f"kustomize-{KUSTOMIZE}"
    if not (folder / "kustomize").exists():
        module = f"sigs.k8s.io/kustomize/kustomize/v5@v{KUSTOMIZE}"
        _fetch("kustomize", [_found("go", "install Go, or kustomize"), "install", module], ROOT, {"GOBIN": str(folder)})
    return folder / "kustomize"


@cache
def kafka_tools() -> Path:
    """Return the folder with the jar of Kafka's own commands, which the local broker does not need."""
    folder = STORE / "kafka-tools"
    if not list(folder.glob("*.jar")):
        artifact = "-Dartifact=org.apache.kafka:kafka-tools:4.1.0"
        _fetch(
            "Kafka's commands", [maven(), "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={folder}"], ROOT
        )
    return folder


def _installed(*packages: str) -> None:
    """Install the Debian packages whose commands are not found, if this is root; otherwise say which are missing."""
    missing = [name for name in packages if shutil.which(name) is None]
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise MissingToolError(f"no {missing[0]} found: install it (Debian: apt-get install {' '.join(missing)})")
    _fetch("Debian's list of packages", [apt, "update", "-qq"], ROOT)
    _fetch(" and ".join(missing), [apt, "install", "-y", "-qq", "--no-install-recommends", *missing], ROOT)


def _found(command: str, remedy: str) -> str:
    there = shutil.which(command)
    if there is None:
        raise MissingToolError(f"no {command} found: {remedy}")
    return there


def _fetch(what: str, command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
    print(f"Fetching {what} …", file=sys.stderr, flush=True)
    try:
        run(command, cwd=folder, env={"DEBIAN_FRONTEND": "noninteractive", **(env or {})})
    except ToolFailedError as error:
        raise MissingToolError(f"{what} could not be fetched: {str(error)[-300:]}") from error
