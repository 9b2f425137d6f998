"""The version of the project. It stands in `pyproject.toml` alone; the policy engine has a version of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

VERSION: str = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["version"]
