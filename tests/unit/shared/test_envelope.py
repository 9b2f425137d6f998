"""Events travel as CloudEvents: another implementation reads what we write, and what is none is refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from shared.events.evaluation_shard import EvaluationShardCut
from shared.messaging.envelope import Event, Message, RejectedMessageError, header_map, readable

EVENT = Event(
    topic="award-decisions.v1",
    key="k",
    type="award.decided",
    id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    source="/services/eligibility",
    subject="k",
    time=datetime(2024, 3, 1, 8, 30, tzinfo=UTC),
    data='{"name":"丽水"}'.encode(),
    trace_parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_the_cloudevents_sdk_reads_our_events() -> None:
    read = from_binary_event(KafkaMessage(headers=header_map(EVENT.headers()), key=b"k", value=EVENT.data))
    assert read.get_id() == "01890a5d-ac96-774b-bcce-b302099a8057"
    assert read.get_type() == "award.decided"
    assert read.get_source() == "/services/eligibility"
    assert read.get_time() == EVENT.time
    assert read.get_extension("traceparent") == EVENT.trace_parent
    assert read.get_data() == {"name": "丽水"}


def message(**changes: bytes | None) -> Message:
    headers = header_map(EVENT.headers())
    value = changes.pop("value", EVENT.data)
    for name, content in changes.items():
        if content is None:
            del headers[name]
        else:
            headers[name] = content
    return Message("t", 0, 0, b"k", value, headers)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"ce_id": None}, "the headers ce_id are missing"),
        ({"ce_type": None, "ce_source": None}, "the headers ce_source, ce_type are missing"),
        ({"ce_specversion": b"0.3"}, "ce_specversion is not 1.0"),
        ({"value": None}, "the message has no data"),
        ({"ce_source": b"\xff"}, "ce_source or ce_id is not UTF-8"),
    ],
)
def test_what_is_no_cloudevent_is_refused(wrong: dict[str, bytes | None], reason: str) -> None:
    with pytest.raises(RejectedMessageError, match=reason):
        _ = message(**wrong).event_key


def test_a_whole_event_has_a_key_and_a_trace() -> None:
    assert message().event_key == ("/services/eligibility", "01890a5d-ac96-774b-bcce-b302099a8057")
    assert message().trace_parent == EVENT.trace_parent


def test_an_event_is_read_by_its_model_and_refused_without_its_values() -> None:
    headers = header_map(EVENT.headers()) | {"ce_type": b"evaluation.shard_cut"}
    id_ = "01890a5d-ac96-774b-bcce-b302099a8057"
    whole = Message("t", 0, 0, b"k", f'{{"evaluation_id":"{id_}","number":1,"newer":true}}'.encode(), headers)
    wrong = Message("t", 0, 1, b"k", f'{{"evaluation_id":"{id_}","number":"secret"}}'.encode(), headers)
    other = Message("t", 0, 2, b"k", whole.value, headers | {"ce_type": b"facts.revised"})
    assert whole.read(EvaluationShardCut).number == 1
    with pytest.raises(RejectedMessageError, match=r"the data do not follow the schema: number: int_type$"):
        wrong.read(EvaluationShardCut)
    with pytest.raises(RejectedMessageError, match=r"the type is not evaluation.shard_cut"):
        other.read(EvaluationShardCut)
    assert [event.number for event in readable([wrong, whole, other], EvaluationShardCut)] == [1]
