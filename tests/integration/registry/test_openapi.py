"""The OpenAPI document: valid, complete, and made for generating clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import validate

from shared.catalogue.datasets import CATALOGUE
from tests.integration.registry.conftest import Registry


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def test_the_document_is_valid_and_every_operation_is_named(registry: Registry) -> None:
    document = registry.get("/openapi.json").json()
    validate(document)
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= schemas
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", operation["operationId"])
        assert len(operation["tags"]) == 1
        assert operation["description"]
        if operation["tags"] != ["operations"]:
            assert operation["security"]
    for dataset in CATALOGUE.values():
        body = document["paths"][f"/v1/datasets/{dataset.name}/records"]["post"]["requestBody"]
        name = "".join(part.capitalize() for part in dataset.name.split("_"))
        assert references(body) == {f"#/components/schemas/{name}ChangeSet"}
        change_set, record = (document["components"]["schemas"][f"{name}{kind}"] for kind in ("ChangeSet", "Record"))
        assert references(change_set) == {f"#/components/schemas/{name}Record"}
        assert {"description", "examples"} <= set(record["properties"][dataset.key[0]]) or dataset.by_name[
            dataset.key[0]
        ].kind in ("code", "text")


def titles_in(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            yield node["title"]
        for name, part in node.items():
            if name not in ("examples", "example", "default"):
                yield from titles_in(part)
    elif isinstance(node, list):
        for part in node:
            yield from titles_in(part)


def test_it_is_served_in_chinese_too(registry: Registry) -> None:
    asked = {
        language: registry.request("GET", "/openapi.json", headers={"Accept-Language": language})
        for language in ("en", "zh-CN")
    }
    assert {language: answer.headers["Content-Language"] for language, answer in asked.items()} == {
        language: language for language in asked
    }
    english, chinese = asked["en"].json(), asked["zh-CN"].json()
    assert chinese == registry.get("/openapi.zh-CN.json").json()
    assert chinese["info"]["title"] == "数据登记"
    titles = {title for title in titles_in(chinese) if not re.search("[一-鿿]", title)}
    assert titles == set(chinese["components"]["schemas"])
    assert chinese["paths"]["/v1/imports"]["post"]["description"].startswith("接收一个文件")
    assert chinese["components"]["schemas"]["AnnualSalesRecord"]["properties"]["year"]["description"] == "年度"
    validate(chinese)
    assert set(chinese["paths"]) == set(english["paths"])
