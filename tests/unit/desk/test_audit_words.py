"""The audit page names every operation and every figure that services record: no code of a program is shown to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.desk.acts.jobs import JOBS
from services.desk.audit_words import UNTOLD, figure_name, figures, title_of
from services.desk.audit_words import operations as offered
from services.desk.clients.base import SERVICES
from shared.i18n import Language

ROOT = Path(__file__).parents[3]
DOCUMENTS = {name: orjson.loads((ROOT / f"docs/api/{name}.openapi.json").read_bytes()) for name in SERVICES}
LANGUAGES = ("zh-CN", "en")


def operations() -> Iterator[tuple[str, str]]:
    """Yield what the log names: every command of the documents, what code records by itself, and how jobs end."""
    for service, document in DOCUMENTS.items():
        for methods in document["paths"].values():
            for method, operation in methods.items():
                if method in ("post", "put", "patch", "delete"):
                    yield service, operation["operationId"]
    for path in [*ROOT.glob("services/*/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        service = path.relative_to(ROOT).parts[1] if path.is_relative_to(ROOT / "services") else "registry"
        if service in SERVICES:
            yield from ((service, act) for act in re.findall(r'\bact="(\w+)"', path.read_text("utf-8")))
    for name, kind in JOBS.items():
        yield from ((kind.service, f"{name.replace('-', '_')} {end}") for end in ("succeeded", "failed"))


def whole(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the whole numbers of an answer, as (group, name), with an empty group at the top: what the log keeps of it."""
    for name, member in members(document, schema):
        for kind in alternatives(document, member):
            if kind.get("type") == "integer":
                yield "", name
            for inner, number in members(document, kind):
                if any(each.get("type") == "integer" for each in alternatives(document, number)):
                    yield name, inner


def members(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for kind in alternatives(document, schema):
        yield from kind.get("properties", {}).items()


def alternatives(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for each in schema.get("anyOf", ()):
        yield from alternatives(document, each)


def recorded() -> set[tuple[str, str]]:
    """Return the figures of all answers of commands, and those that jobs end with, which their answers show too."""
    found: set[tuple[str, str]] = set()
    for document in DOCUMENTS.values():
        for methods in document["paths"].values():
            for method, operation in methods.items():
                for status, answer in operation["responses"].items():
                    for content in answer.get("content", {}).values() if status.startswith("2") else ():
                        if _is_recorded(method, operation):
                            found |= set(whole(document, content.get("schema", {})))
    return {each for each in found if not UNTOLD.intersection(each)}


def _is_recorded(method: str, operation: Mapping[str, Any]) -> bool:
    return method != "get" or any(operation["operationId"] == kind.operation for kind in JOBS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_has_a_title(language: Any) -> None:
    unnamed = {(service, name) for service, name in operations() if title_of(service, name, language) == name}
    assert unnamed == set()


def test_every_figure_has_a_name() -> None:
    unnamed = {each for each in recorded() if figure_name(each[1], "zh-CN", each[0]) == each[1]}
    unnamed |= {each for each in recorded() if each[0] and figure_name(each[0], "zh-CN") == each[0]}
    assert unnamed == set()


def test_figures_are_told_with_their_units_and_without_zeros() -> None:
    details = {
        "progress": {"done": 0, "total": 0},
        "entitlement_fen": 9_000_000,
        "skipped": {"stale": 0, "own": 2},
        "rows": {"read": 0},
        "clearing": {"courier_years.rent_fen": 1},
    }
    assert list(figures(details, "zh-CN")) == [
        "奖补金额（元）：90,000.00",
        "未办理：由您本人拟定或录入 2",
        "清空的数值：快递企业年度情况 全年租金（元） 1",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", SERVICES)
def test_no_two_operations_of_a_service_are_called_the_same(service: str, language: Language) -> None:
    titles = [title for _, title in offered(service, language)]
    assert sorted(set(titles)) == titles
