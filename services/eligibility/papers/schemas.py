"""Bodies of requests and answers about papers."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.i18n import CHINESE, Language
from shared.web.jobs import Job


class LettersRequest(BaseModel):
    """Make the letters of a round."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"language": "zh-CN"}]})

    language: Language = Field(default=CHINESE, description="Language of the letters")


class LetterBatch(Job):
    """The letters of a round, made together; `progress` counts letters."""

    round_id: UUID
    language: Language
    letters: int | None = Field(default=None, description="Letters that the archive has; null while it runs")
