"""What an enterprise page calls near: an award that more of its figures would have got."""

from __future__ import annotations

from typing import Any

import pytest

from services.desk.pages.enterprises import _is_short

SHORT: dict[str, Any] = {"result": "failed", "short_by": {"value": 5}}
OTHER: dict[str, Any] = {"result": "failed"}
MET: dict[str, Any] = {"result": "met"}


def joined(code: str, *within: dict[str, Any]) -> dict[str, Any]:
    return {"result": "failed", "comparison": {"code": code}, "within": within}


@pytest.mark.parametrize(
    ("failed", "near"),
    [
        (SHORT, True),
        (OTHER, False),
        (joined("all", MET, SHORT), True),
        (joined("all", OTHER, SHORT), False),
        (joined("any", OTHER, SHORT), True),
        (joined("any", joined("all", OTHER, SHORT), OTHER), False),
    ],
    ids=["figure", "no figure", "all with a figure", "one of all without", "one of several", "no way by figures"],
)
def test_only_figures_that_are_short_make_an_award_near(failed: dict[str, Any], near: bool) -> None:
    assert _is_short(failed) is near
