"""`make bundle`: a release that installs on a machine without any index, build/bundle, with checksums that a key signs.

In it: the project's wheel and those that `requirements.txt` pins, for the Python and the machine that made it; the local broker's
jars if they are here; the SBOM; `docs`, and of `deploy` what an installation is set up and watched with; `install.sh`;
`SHA256SUMS` of all files, and `SHA256SUMS.sig`, its signature (Ed25519).
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.local.broker import JARS
from deploy.supply import sbom
from deploy.supply.environment import NoToolsError
from deploy.supply.inventory import ROOT, jars

FOLDER = ROOT / "build" / "bundle"
INSTALLER = Path(__file__).with_name("install.sh")
SUMS = "SHA256SUMS"
GUIDE = (
    "CHANGELOG.md",
    "docs",
    "deploy/compose",
    "deploy/grafana/dashboards",
    "deploy/grafana/provisioning",
    "deploy/kafka/acls.sh",
    "deploy/kubernetes/base",
    "deploy/kubernetes/overlays",
    "deploy/prometheus",
)
"""What who installs it reads and uses, as it is called in the repository."""


class BundleError(RuntimeError):
    """The bundle cannot be made; the text says why."""


def make(folder: Path, key_file: Path) -> None:
    """Make the bundle in `folder`, signed with the Ed25519 key in the PEM file `key_file`; raises BundleError, NoToolsError.

    What was in the folder before is removed.
    """
    key = _key(key_file)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as copy:  # what is built leaves its parts beside the sources
        for name in ("services", "shared"):
            shutil.copytree(ROOT / name, Path(copy, name), ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, copy)
        _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "wheels", copy)
    pins = ("--require-hashes", "-r", ROOT / "requirements.txt")
    _pip("download", "--only-binary", ":all:", "--dest", folder / "wheels", *pins)
    shutil.copy(ROOT / "requirements.txt", folder)
    shutil.copy(INSTALLER, folder)
    _copy_jars(folder / "jars")
    _copy_guide(folder)
    sbom.write(folder / "sbom.cdx.json")
    sign(folder, key)


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    """Write the checksums of all files in `folder`, as sha256sum reads them, and their signature."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(SUMS))
    sums = folder / SUMS
    sums.write_text("".join(f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files))
    sums.with_suffix(".sig").write_bytes(key.sign(sums.read_bytes()))


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _key(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise BundleError(f"{file} is no private key in PEM without a password: {type(error).__name__}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{file} is no Ed25519 key: make one with `openssl genpkey -algorithm ed25519 -out {file}`")
    return key


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", *map(str, arguments), "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BundleError(done.stderr.strip()[-500:])


def _copy_jars(folder: Path) -> None:
    present: Iterator[Path] = (JARS / jar.file for jar in jars())
    for jar in present:
        if jar.exists():
            folder.mkdir(exist_ok=True)
            shutil.copy(jar, folder)


def _copy_guide(folder: Path) -> None:
    """Copy the committed files of GUIDE: others, such as a filled-in `.env`, are not for everybody."""
    listed = subprocess.run(["git", "ls-files", "-z", *GUIDE], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise BundleError(f"git does not list what belongs to the bundle: {listed.stderr.strip()}")
    for name in listed.stdout.split("\0")[:-1]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def main() -> int:
    """Make it where people look for it; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--key", type=Path, required=True, help="PEM file of the Ed25519 key that signs the checksums")
    try:
        make(FOLDER, parser.parse_args().key)
    except (BundleError, NoToolsError) as error:
        print(f"The bundle cannot be made: {error}", file=sys.stderr)
        return 1
    print(FOLDER.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
