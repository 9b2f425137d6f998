"""`evaluation.shard_cut` on `evaluation-shards.v1`, key: the shard. Work for any worker of eligibility."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.events.base import EventData

TYPE = "evaluation.shard_cut"


class EvaluationShardCut(EventData):
    """A part of an evaluation is ready to be evaluated; eligibility's database holds what it consists of."""

    TYPES = (TYPE,)

    evaluation_id: UUID
    number: int = Field(ge=1, description="Number of the part in its evaluation, from 1")
