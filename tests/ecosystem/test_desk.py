"""The desk in a real browser: who signs in, what waits, and what everybody can use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.browser import Visitor

PERSONS = ["commerce-maker", "commerce-checker", "finance-checker", "liandu-officer", "91331100MA2000061E"]


@pytest.mark.parametrize("person", PERSONS)
def test_everybody_finds_what_waits_and_can_use_the_page(
    person: str, sign_in: Callable[[str], Visitor], decided: object
) -> None:
    visitor = sign_in(person)
    visitor.go("/")
    assert "待您办理的事项" in visitor.text()
    assert visitor.findings() == []
    assert visitor.overflow_on_a_phone() == 0
    assert visitor.troubles == []
    visitor.keep(f"inbox-{person}")
