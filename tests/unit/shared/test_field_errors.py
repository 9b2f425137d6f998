"""What pydantic finds wrong, as messages that people read."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import field_error
from shared.i18n import CHINESE, ENGLISH, translate


class Silence(StrEnum):
    WAITS = "waits"
    DECLINES = "declines"


class Rule(BaseModel):
    silence: Silence


@pytest.mark.parametrize(
    ("language", "said"),
    [(CHINESE, "须为 'waits' 或 'declines'"), (ENGLISH, "Input should be 'waits' or 'declines'")],
    ids=["zh", "en"],
)
def test_what_is_offered_is_listed_in_the_readers_language(language: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Rule.model_validate({"silence": "accepts"})
    wrong = field_error("/silence", refused.value.errors()[0])
    assert translate(wrong.message, language, wrong.parameters) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [(UUID, "须为有效的 UUID"), (date, "须为有效的日期或日期时间"), (datetime, "须为有效的日期时间或日期")],
)
def test_what_a_parser_says_in_english_about_the_value_is_left_out(kind: type, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python("§ 6222020200001234567")
    wrong = field_error("/id", refused.value.errors()[0])
    assert translate(wrong.message, CHINESE, wrong.parameters) == said
