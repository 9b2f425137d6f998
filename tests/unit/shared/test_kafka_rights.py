"""What a user lacks on Kafka is said in the reader's language, with the operations as Kafka's commands call them."""

from __future__ import annotations

import pytest

from shared.i18n import CHINESE, ENGLISH, translate
from shared.messaging.rights import LACKS, Right, parameters_of

RIGHT = Right("payout-worker", "topic", "award-decisions.v1", ("Describe", "Read"))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            CHINESE,
            "payout-worker 缺少对 主题 award-decisions.v1 的权限 Describe、Read：请运行 `deploy/kafka/acls.sh`。",
        ),
        (ENGLISH, "payout-worker lacks Describe, Read on the topic award-decisions.v1: run `deploy/kafka/acls.sh`."),
    ],
)
def test_a_missing_right_is_named(language: str, sentence: str) -> None:
    assert translate(LACKS, language, parameters_of(RIGHT, RIGHT.operations)) == sentence
