"""Whoever follows the links of the desk meets no page that refuses, no dead end and no word of a program."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from deploy.local.demo_client import DemoClient
from tests.support.browser import Visitor

PERSONS = (
    *("data-platform", "commerce-maker", "finance-checker", "liandu-officer", "postal-officer", "auditor"),
    "91331100MA2000061E",
)
_MOST_PAGES = 45
_MAX_BYTES = 200_000
_FILE = re.compile(r"docx|csv|xlsx|/(template|archive|file|errors|table)\b|paper-templates/")
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|9133\w{14}|\d+|(?<==)[^&]*|(?<=/datasets/)\w+|(?<=/awards/)[\w-]+")


def links(visitor: Visitor, within: str) -> list[str]:
    """Return where the links of a part of the page lead, but for files."""
    found: list[str] = visitor.page.eval_on_selector_all(
        f"{within} a", "links => links.map(link => link.getAttribute('href'))"
    )
    return [link for link in found if link.startswith("/") and not _FILE.search(link)]


@pytest.mark.parametrize("person", PERSONS)
def test_every_kind_of_page_that_is_linked_can_be_read(
    person: str, sign_in: Callable[[str], Visitor], decided: DemoClient
) -> None:
    visitor = sign_in(person)
    visitor.go("/")
    waiting, met, wrong = links(visitor, "body"), set[str](), list[str]()
    while waiting and len(met) < _MOST_PAGES:
        path = waiting.pop(0)
        if (kind := _VARIES.sub("#", path)) in met:
            continue
        met.add(kind)
        answer = visitor.page.goto(f"{visitor.url}{path}")
        if answer is None:
            continue  # a place on the page that is open
        if answer.status != 200 or len(answer.body()) > _MAX_BYTES:
            wrong.append(f"{path}: {answer.status}, {len(answer.body())} bytes")
        if visitor.page.locator("main#main").count():
            wrong += [f"{path}: {word}" for word in visitor.codes()]
            waiting += links(visitor, "main")
    assert wrong == []
    assert visitor.troubles == []
