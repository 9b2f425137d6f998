"""Every text that a person can meet has its Chinese, in the words of the glossary; messages are sentences that can be found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from deploy import documents, messages
from shared.i18n import CATALOGUE, CHINESE, chinese_texts, translate
from shared.web import openapi

STORED = messages.stored()

collected = cache(messages.collect)
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def test_the_catalogue_has_exactly_the_messages_there_are() -> None:
    assert {message.id for message in STORED if message.id} == set(collected()), "run `make messages`"
    assert messages.written(messages.merged(messages.stored(), collected())) == CATALOGUE.read_bytes(), (
        "run `make messages`"
    )


def test_every_message_has_its_chinese() -> None:
    assert messages.lacking(STORED) == [], f"add it to {CATALOGUE.name}"


@pytest.mark.parametrize("error", ["DomainError", "InvalidValue", "InterpretationError", "ParameterError"])
def test_messages_of_every_named_error_are_collected(error: str) -> None:
    assert error in messages.error_classes()


def test_a_message_that_a_variable_holds_is_collected_too() -> None:
    assert "There is no such reviewer. Reviewers: {known}." in collected()


def test_the_chinese_names_the_same_values() -> None:
    assert [
        english
        for english, chinese in chinese_texts().items()
        if sorted(set(PLACEHOLDER.findall(english))) != sorted(set(PLACEHOLDER.findall(chinese)))
    ] == []


def test_the_chinese_is_chinese() -> None:
    """But for names of formats and the like, and commands in backquotes."""
    texts = [re.sub("`[^`]*`", "", text) for text in chinese_texts().values()]
    assert [text for text in texts if re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", text)] == []


def test_the_message_of_an_error_is_a_literal() -> None:
    """Else it is not found, has no Chinese, and may carry what was submitted: values are parameters."""
    computed = [
        f"{file}: {call}({ast.unparse(message)})"
        for file, call, message in messages.calls()
        if isinstance(message, ast.JoinedStr) or (call in messages.error_classes() and not messages.literals(message))
    ]
    assert computed == []


@pytest.mark.parametrize("service", ["registry", "eligibility", "payout"])
def test_everything_in_an_api_document_is_said_in_chinese_too(service: str) -> None:
    """Also what declarations bring in both languages, which is not in the catalogue."""
    app = documents.apps()[service]
    assert [text for text in descriptions(openapi.document_in_chinese(app)) if not re.search("[一-鿿]", text)] == []


def descriptions(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield node["description"]
        for name, part in node.items():
            if name not in ("examples", "example", "default", "enum", "const"):
                yield from descriptions(part)
    elif isinstance(node, list):
        for part in node:
            yield from descriptions(part)


def test_words_among_parameters_are_translated_too() -> None:
    assert (
        translate("The dead letter is already {state}.", CHINESE, {"state": "approved"})
        == "该条处理失败消息已处于“已核准”状态。"
    )
    assert translate("Accept one of: {offered}.", CHINESE, {"offered": ["text/csv", "text/html"]}).endswith(
        "text/csv、text/html。"
    )
