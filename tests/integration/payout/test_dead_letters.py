"""What could not be processed: listed, looked at, tried again, or put away by a person who says why."""

from __future__ import annotations

from shared.messaging import dead_letters
from shared.messaging.envelope import Message
from tests.integration.payout.support import Payout, decision


def set_aside(payout: Payout, message: Message, reason: str) -> int:
    with payout.database.transaction() as connection:
        assert dead_letters.record(connection, message, reason, payout.clock.now())
    letters: list[dict[str, int]] = payout.get("/v1/dead-letters?state=open", by="ops")["items"]
    return letters[-1]["id"]


def test_once_it_can_be_processed_it_is_processed_again(payout: Payout) -> None:
    payout.arrange()
    letter = set_aside(payout, decision("s1"), "the disk was full")
    replayed = payout.post(f"/v1/dead-letters/{letter}/replay", by="ops")
    assert (replayed["state"], replayed["ended_by"]) == ("replayed", "ops")
    assert len(payout.story("s1")["orders"]) == 2
    again = payout.post(f"/v1/dead-letters/{letter}/replay", by="ops", expect=409)
    assert (again["state"], again["detail"]) == ("replayed", "The dead letter is already replayed.")
    assert len(payout.story("s1")["orders"]) == 2


def test_what_still_cannot_be_processed_stays_open(payout: Payout) -> None:
    letter = set_aside(payout, decision("s1", jurisdiction="qingtian"), "no such jurisdiction")
    refused = payout.post(f"/v1/dead-letters/{letter}/replay", by="ops", expect=409)
    assert refused["detail"] == "The message still cannot be processed: no such jurisdiction"
    assert [each["id"] for each in payout.get("/v1/dead-letters?state=open", by="ops")["items"]] == [letter]


def test_it_is_discarded_with_a_reason_and_by_whom(payout: Payout) -> None:
    letter = set_aside(payout, decision("s1", jurisdiction="qingtian"), "no such jurisdiction")
    path = f"/v1/dead-letters/{letter}/discard"
    payout.post(path, {}, by="ops", expect=422)
    payout.post(path, {"reason": "测试消息"}, by="auditor", expect=403)
    payout.post("/v1/dead-letters/999/discard", {"reason": "测试消息"}, by="ops", expect=404)
    discarded = payout.post(path, {"reason": "测试消息"}, by="ops")
    assert (discarded["state"], discarded["ended_by"], discarded["ended_reason"]) == ("discarded", "ops", "测试消息")
    assert payout.post(path, {"reason": "again"}, by="ops", expect=409)["state"] == "discarded"
    assert payout.post(f"/v1/dead-letters/{letter}/replay", by="ops", expect=409)["state"] == "discarded"
    assert payout.get("/v1/dead-letters?state=open", by="ops")["items"] == []
