"""What pydantic finds wrong, as messages that people read."""

from __future__ import annotations

from enum import StrEnum

import pytest
from pydantic import BaseModel, ValidationError

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
