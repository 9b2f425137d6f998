"""`make image`: build the image of every process with the engine that there is: docker, podman or buildah.

`PYTHON_IMAGE` names the base, by digest; without it in the environment, the `.env` of deploy/compose does. The package index, its
authority and proxy are those of pip's configuration here: secrets of the build, which no layer contains.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.i18n import N_
from shared.process_settings import end_process
from shared.version import VERSION

ROOT = Path(__file__).parents[2]
NAME = "ecommerce-subsidies"
ENGINES = ("docker", "podman", "buildah")
"""Engines in the order of preference."""
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "cert")
"""What of pip's configuration says where packages come from."""
_SETTING = re.compile(r"(?:global|install|:env:)\.(?P<name>[a-z-]+)='(?P<value>.*)'")


class CannotBuildError(RuntimeError):
    """The image cannot be built; `message` says in a sentence, with `parameters`, what is missing."""

    def __init__(self, message: str, **parameters: object) -> None:
        """Say `message`, whose placeholders `parameters` fill."""
        super().__init__(message)
        self.message, self.parameters = message, parameters


def engine() -> list[str]:
    """Return the command of the first engine that works; raises CannotBuildError if none does."""
    for name in ENGINES:
        there = shutil.which(name)
        if there and subprocess.run([there, "info"], capture_output=True, check=False).returncode == 0:
            return [there]
    raise CannotBuildError(
        N_("No engine that builds images works here: install {engines}, or start its daemon."),
        engines=", ".join(ENGINES),
    )


def base() -> str:
    """Return the name of the base image; raises CannotBuildError if nothing names it."""
    file = ROOT / "deploy/compose/.env"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    named = os.environ.get("PYTHON_IMAGE") or dict(line.split("=", 1) for line in lines if "=" in line).get(
        "PYTHON_IMAGE", ""
    )
    if not named or named.endswith("@sha256:"):
        raise CannotBuildError(
            N_(
                "PYTHON_IMAGE is missing. Set it to the image that this one is built on, with its digest:"
                " python:3.12-slim-bookworm@sha256:…"
            )
        )
    return named


def pip_settings() -> dict[str, str]:
    """Return where pip takes packages from on this machine, by the name of the setting."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found = {match["name"]: match["value"] for line in listed.splitlines() if (match := _SETTING.fullmatch(line))}
    if index := os.environ.get("UV_INDEX_URL"):
        found["index-url"] = index
    return {name: value for name, value in found.items() if name in PIP_SETTINGS}


def _secrets(folder: Path) -> Iterator[str]:
    """Write the build's secrets into `folder` and yield the arguments that pass them."""
    settings = pip_settings()
    if authority := settings.get("cert"):
        shutil.copy(authority, folder / "authorities.pem")
        settings["cert"] = "/run/secrets/authorities.pem"
        yield f"--secret=id=authorities.pem,src={folder / 'authorities.pem'}"
    if settings:
        written = configparser.RawConfigParser()
        written["global"] = settings
        with (folder / "pip.conf").open("w", encoding="utf-8") as file:
            written.write(file)
        yield f"--secret=id=pip.conf,src={folder / 'pip.conf'}"


def build(command: Sequence[str], python_image: str, tag: str) -> None:
    """Build the image `tag` on `python_image` with the engine's `command`. Raises CannotBuildError."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [f"--file={ROOT / 'deploy/Dockerfile'}", f"--build-arg=PYTHON_IMAGE={python_image}", f"--tag={tag}"]
        done = subprocess.run(
            [*command, "build", *arguments, *_secrets(Path(folder)), str(ROOT)],
            env={"BUILDAH_ISOLATION": "chroot", "BUILDAH_LAYERS": "true"} | os.environ,
            check=False,
        )
    if done.returncode != 0:
        raise CannotBuildError(
            N_("The image was not built on PYTHON_IMAGE={image}: {engine} says why above."),
            image=python_image,
            engine=Path(command[0]).name,
        )


def main() -> None:
    """Build the image of this version."""
    try:
        build(engine(), base(), f"{NAME}:{VERSION}")
    except CannotBuildError as reason:
        end_process(reason.message, **reason.parameters)
    print(f"{NAME}:{VERSION}")


if __name__ == "__main__":
    main()
