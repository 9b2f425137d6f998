"""Event schemas only grow: each is compared with the copy that was released, kept in `released/`.

A new event type is released by copying its schema there. A member that was added without a word may be, too; nothing else may
change there: a break is a new type on a new topic.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.messaging import asyncapi
from tests.contract.growth import breaks
from tests.support.documents import COMMITTED

RELEASED = Path(__file__).with_name("released")
NAMES = sorted(asyncapi.EVENTS)


def released(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads((RELEASED / f"{name}.schema.json").read_bytes())
    return schema


def test_every_type_is_released_and_none_is_gone() -> None:
    assert sorted(file.name.removesuffix(".schema.json") for file in RELEASED.iterdir()) == NAMES, (
        "copy a new event's schema from docs/api/events/ to tests/contract/released/; a released one never goes"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_the_released_one_or_has_grown(name: str) -> None:
    assert breaks(released(name), orjson.loads(COMMITTED[f"events/{name}.schema.json"])) == []


DECIDED = released("award.decided")
Change = Callable[[dict[str, Any]], object]


def payee(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"]["Payee"]
    return found


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda s: s["properties"].pop("version"), "/version: gone"),
        (lambda s: s["required"].remove("version"), "/version: need no longer be there"),
        (lambda s: s["properties"].update(new={"type": "string"}) or s["required"].append("new"), "/new: must be there now"),
        (lambda s: s["properties"]["version"].update(type="string"), "/version: type is another one"),
        (lambda s: s["properties"]["version"].update(maximum=9), "/version: maximum is another one"),
        (lambda s: s["properties"]["version"].pop("minimum"), "/version: minimum is another one"),
        (lambda s: s["properties"]["award"].update(pattern="^x"), "/award: pattern is another one"),
        (lambda s: s["properties"]["jurisdiction"]["enum"].pop(), "/jurisdiction: enum is another one"),
        (lambda s: s["properties"]["jurisdiction"]["enum"].append("x"), "/jurisdiction: enum is another one"),
        (lambda s: s["properties"]["entitlement_fen"].update(description="In yuan"),
         "/entitlement_fen: description is another one"),
        (lambda s: payee(s)["properties"].pop("uscc"), "/payee/uscc: gone"),
        (lambda s: s["$defs"]["Reason"]["enum"].remove("objection"), "/reason: enum is another one"),
        (lambda s: s["$defs"]["Instalment"]["properties"]["due_year"].update(maximum=2_200),
         "/instalments/items/due_year: maximum is another one"),
        (lambda s: s.update(additionalProperties=False), "/: additionalProperties is another one"),
    ],
)  # fmt: skip
def test_what_shrinks_or_means_something_else_is_named(change: Change, broken: str) -> None:
    current = copy.deepcopy(DECIDED)
    change(current)
    assert broken in breaks(DECIDED, current)


def test_members_that_may_be_left_out_titles_and_examples_may_come() -> None:
    current = copy.deepcopy(DECIDED)
    current["properties"]["note"] = {"type": "string"}
    payee(current)["properties"]["branch"] = {"type": "string", "default": ""}
    current["title"] = "Another title"
    current["properties"]["award"]["examples"] = ["park"]
    current["properties"]["jurisdiction"]["enum"].reverse()
    assert breaks(DECIDED, current) == []
    assert breaks(current, DECIDED) == ["/note: gone", "/payee/branch: gone"]
