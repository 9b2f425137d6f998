"""The documents satisfy a linter that others use."""

from __future__ import annotations

from deploy.checks import tools
from deploy.checks.clients import API, SERVICES


def test_spectral_finds_nothing() -> None:
    documents = sorted(API.glob("*.openapi.json"))
    assert len(documents) == len(SERVICES)
    rules = tools.HERE / "spectral.yaml"
    tools.run([*tools.node_tool("spectral"), "lint", *documents, "--ruleset", rules, "--fail-severity", "hint"])
