"""The demonstration's round is played once on a state: its enterprises are decided then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.local.demo_client import DemoClient
from deploy.local.demo_round import YEAR, play_round
from shared import cli
from shared.i18n import default_language


class Played(DemoClient):
    """A system on which the round was played, and that nothing may be sent to."""

    def __init__(self) -> None:
        super().__init__({"issuer": "http://127.0.0.1:1"}, {})

    def items(self, client: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        assert (client, path) == ("commerce-maker", "eligibility:/v1/rounds")
        return iter([{"title": cli.translated("sample round {year}", year=YEAR)}])

    def call(self, client: str, method: str, path: str, **request: Any) -> Any:
        raise AssertionError(f"{method} {path}")


def test_a_round_that_was_played_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    cli.speak(default_language())
    demo = Played()
    play_round(demo, date(2026, 11, 30))
    demo.close()
    assert "STATE_DIR" in capsys.readouterr().out
