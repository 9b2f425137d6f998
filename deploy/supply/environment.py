"""The tools of the supply chain, in an environment of their own: pinned with hashes, and no dependency of the project."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from deploy.supply.inventory import ROOT

PINS = Path(__file__).with_name("requirements.txt")


class NoToolsError(RuntimeError):
    """The tools cannot be installed; the text is the end of what the installer said."""


def scripts() -> Path:
    """Return the folder of the tools' commands, installed once per set of pins; raises NoToolsError."""
    folder = ROOT / ".local" / f"supply-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        uv = Path(sys.executable).parent / "uv"
        pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        configured = subprocess.run(pip, capture_output=True, text=True, check=False).stdout.strip()
        index = os.environ.get("UV_INDEX_URL") or os.environ.get("PIP_INDEX_URL") or configured
        python = folder / "bin" / "python"
        install = [uv, "pip", "install", "--quiet", *(("--index-url", index) if index else ()), "--python", python]
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder]
        for command in (make, [*install, "--require-hashes", "-r", PINS]):
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise NoToolsError(done.stderr.strip()[-300:])
        (folder / "complete").touch()
    return folder / "bin"
