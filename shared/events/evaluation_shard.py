"""`evaluation.shard_cut` on `evaluation-shards.v1`, key: the shard. Work for any worker of eligibility."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.events.base import EventData

TYPE = "evaluation.shard_cut"


class EvaluationShardCut(EventData):
    """A piece of an evaluation waits to be judged; what it is stands in eligibility's database."""

    TYPES = (TYPE,)

    evaluation_id: UUID
    number: int = Field(ge=1, description="The piece's number in its evaluation, from 1")
