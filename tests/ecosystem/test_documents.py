"""A linter of OpenAPI documents that others keep finds nothing in ours."""

from __future__ import annotations

import pytest

from deploy.ecosystem import tools
from deploy.ecosystem.clients import API, SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_spectral_finds_nothing(service: str) -> None:
    linter = [
        *tools.node_tool("spectral"),
        "lint",
        "--fail-severity",
        "hint",
        "--ruleset",
        tools.HERE / "spectral.yaml",
    ]
    tools.run([*linter, API / f"{service}.openapi.json"])
