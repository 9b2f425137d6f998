"""The version of the project, from `pyproject.toml` or, where it is installed, its metadata. The engine has its own."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

_SOURCE = Path(__file__).parents[1] / "pyproject.toml"
VERSION: str = (
    tomllib.loads(_SOURCE.read_text("utf-8"))["project"]["version"]
    if _SOURCE.exists()
    else metadata.version("lishui-ecommerce-subsidies")
)
