"""Signed events: what a service signed is accepted, alone or among others; everything else is refused with its reason."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import FixedClock
from shared.event_keys import make, private_key, public_keys
from shared.messaging import topics
from shared.messaging.envelope import Event, Message
from shared.messaging.signatures import PATH, SIGNATURE, TREE_EVENTS, Signer, Verifier
from tests.support.events import EVENT_KEYS, LENIENT, PRIVATE_KEYS, SIGNERS, VERIFIER, key_set, private_jwk, signed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def event(number: int, data: bytes = b"{}", topic: str = topics.AWARD_DECISIONS) -> Event:
    return Event(topic, f"key-{number}", "award.decided", UUID(int=number), "/services/eligibility", "s", NOW, data)


def reasons(messages: Sequence[Message], verifier: Verifier = VERIFIER) -> list[str]:
    return [str(error) for _, error in verifier.sort(messages)[1]]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=2 * TREE_EVENTS + 3), st.randoms(use_true_random=False))
def test_each_signed_event_is_accepted_alone_and_among_others_in_any_order(
    contents: list[bytes], random: Random
) -> None:
    messages = signed([event(number, data) for number, data in enumerate(contents)], "eligibility")
    assert all(VERIFIER.sort([message])[0] == [message] for message in messages)
    random.shuffle(messages)
    assert VERIFIER.sort(messages) == (messages, [])


@given(st.integers(1, 70), st.data())
def test_an_event_with_any_signed_part_changed_is_refused_whatever_stands_beside_it(
    count: int, data: st.DataObject
) -> None:
    messages = signed([event(number) for number in range(count)], "eligibility")
    place = data.draw(st.integers(0, count - 1))
    genuine = messages[place]
    changed = data.draw(
        st.sampled_from(
            [
                replace(genuine, key=b"another"),
                replace(genuine, value=b'{"x":1}'),
                *(
                    replace(genuine, headers=dict(genuine.headers) | {name: b"other"})
                    for name in ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
                ),
            ]
        )
    )
    messages.insert(data.draw(st.integers(0, count)), changed)
    accepted, refused = VERIFIER.sort(messages)
    assert changed not in accepted
    assert [(message, str(error)) for message, error in refused] == [(changed, "the signature is wrong")]


def test_moving_bytes_between_parts_changes_the_hash() -> None:
    [message] = signed([event(1)], "eligibility")
    headers = dict(message.headers)
    moved = headers | {
        "ce_type": headers["ce_type"] + headers["ce_subject"][:1],
        "ce_subject": headers["ce_subject"][1:],
    }
    assert reasons([replace(message, headers=moved)]) == ["the signature is wrong"]


def _with(name: str, value: bytes | None) -> Callable[[Message], Message]:
    def change(message: Message) -> Message:
        kept = {each: content for each, content in message.headers.items() if each != name}
        return replace(message, headers=kept if value is None else kept | {name: value})

    return change


def _signature(**protected: object) -> bytes:
    return urlsafe_b64encode(orjson.dumps(protected)).rstrip(b"=") + b".." + b"A" * 86


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_with(SIGNATURE, None), "the event is not signed"),
        (_with(SIGNATURE, b""), "the signature is malformed"),
        (_with(SIGNATURE, b"a.b.c.d"), "the signature is malformed"),
        (_with(SIGNATURE, b"\xff..\xff"), "the signature is malformed"),
        (_with(SIGNATURE, b"W10..AAAA"), "the signature is malformed"),
        (_with(SIGNATURE, b"A" * 100_000), "the signature is malformed"),
        (_with(SIGNATURE, _signature(alg="Ed25519")), "the key that signed the event is not known"),
        (
            _with(SIGNATURE, _signature(alg="Ed25519", kid=["eligibility-test"])),
            "the key that signed the event is not known",
        ),
        (_with(SIGNATURE, _signature(alg="Ed25519", kid="stranger")), "the key that signed the event is not known"),
        (_with(SIGNATURE, _signature(alg="Ed25519", kid="eligibility-test")), "the signature is wrong"),
        (_with(SIGNATURE, _signature(alg="none", kid="eligibility-test")), "the signature is malformed"),
        (_with(SIGNATURE, _signature(alg="HS256", kid="eligibility-test")), "the signature is malformed"),
        (_with(SIGNATURE, _signature(alg="Ed25519", kid="payout-test")), "the event is signed by another service"),
        (_with(PATH, None), "the signature is wrong"),
        (_with(PATH, b"AAAA"), "the path of the signature is malformed"),
        (_with(PATH, urlsafe_b64encode(bytes(32))), "the signature is wrong"),
        (_with(PATH, urlsafe_b64encode(bytes(32 * 1000))), "the path of the signature is malformed"),
        (_with(PATH, b"A"), "the path of the signature is malformed"),
    ],
)
@pytest.mark.parametrize("verifier", [VERIFIER, LENIENT])
def test_what_is_not_genuine_is_refused(change: Callable[[Message], Message], reason: str, verifier: Verifier) -> None:
    message = change(signed([event(1), event(2)], "eligibility")[0])
    if SIGNATURE not in message.headers and verifier is LENIENT:
        assert reasons([message], verifier) == []
    else:
        [found] = reasons([message], verifier)
        assert found.startswith(reason)


def test_a_service_cannot_sign_what_another_publishes() -> None:
    for topic, publisher in topics.PUBLISHERS.items():
        for service in SIGNERS:
            found = reasons(signed([event(1, topic=topic)], service))
            assert bool(found) == (service != publisher)
    assert reasons(signed([event(1, topic="nobody.v1")], "payout")), "nobody publishes there"


def test_a_copy_on_another_topic_of_the_same_publisher_keeps_its_type() -> None:
    """The handlers refuse a type that is not of their topic; the signature holds the type."""
    [message] = signed([event(1)], "eligibility")
    assert VERIFIER.sort([replace(message, topic=topics.EVALUATION_SHARDS)])[0][0].type == "award.decided"


def test_keys_rotate_without_a_stop() -> None:
    old, new = private_jwk("old", 21), private_jwk("new", 22)
    before = signed([event(1)], "eligibility")
    messages = []
    for key in (old, new):
        sent = [(b"k", b"{}", event(1).headers())]
        Signer(private_key(orjson.dumps(key).decode())).sign(sent)
        messages.append(replace(before[0], key=b"k", headers=dict(sent[0][2])))
    both = Verifier(public_keys(key_set({"eligibility": [old, new]})))
    assert both.sort(messages) == (messages, [])
    after = Verifier(public_keys(key_set({"eligibility": [new]})))
    assert after.sort(messages)[0] == messages[1:], "what a withdrawn key signed is refused"


def test_a_root_that_was_verified_in_one_batch_proves_nothing_else_in_the_next() -> None:
    messages = signed([event(number) for number in range(6)], "eligibility")
    verifier = Verifier(public_keys(EVENT_KEYS))
    assert verifier.sort(messages[:2]) == (messages[:2], [])
    changed = replace(messages[2], value=b'{"x":1}')
    elsewhere = replace(messages[3], topic=topics.PAYMENT_ORDERS)
    assert reasons([changed, elsewhere], verifier) == [
        "the signature is wrong",
        "the event is signed by another service than the one that publishes here",
    ]
    assert verifier.sort(messages[2:]) == (messages[2:], [])


def test_unsigned_events_are_accepted_until_an_instant_of_this_process_whatever_they_say() -> None:
    [message] = signed([event(1)], "eligibility")
    unsigned = _with(SIGNATURE, None)(message)
    clock = FixedClock(NOW)
    verifier = Verifier(public_keys(EVENT_KEYS), unsigned_until=NOW + timedelta(days=1), clock=clock)
    assert reasons([unsigned], verifier) == []
    clock = FixedClock(NOW + timedelta(days=1))
    verifier = Verifier(public_keys(EVENT_KEYS), unsigned_until=NOW + timedelta(days=1), clock=clock)
    assert reasons([unsigned], verifier) == ["the event is not signed"]


def test_a_made_key_signs_and_its_public_part_verifies() -> None:
    private, public = make("eligibility")
    assert "d" not in public
    sent = [(b"k", b"{}", event(1).headers())]
    Signer(private_key(private)).sign(sent)
    verifier = Verifier(public_keys(orjson.dumps({"keys": [public]}).decode()))
    assert reasons([Message(topics.AWARD_DECISIONS, 0, 0, b"k", b"{}", dict(sent[0][2]))], verifier) == []


def test_an_event_can_be_verified_with_nothing_but_hashes_and_ed25519() -> None:
    """As docs/security.md tells other systems to."""
    message = signed([event(number) for number in range(5)], "eligibility")[4 - 1]
    headers = message.headers
    parts = [headers[f"ce_{name}"] for name in ("id", "source", "type", "subject", "time")] + [
        message.key,
        message.value,
    ]
    node = sha256(
        b"\x00" + b"".join(len(p or b"").to_bytes(4, "big") for p in parts) + b"".join(p or b"" for p in parts)
    ).digest()
    path = urlsafe_b64decode(headers["ce_signaturepath"])
    for place in range(0, len(path), 32):
        node = sha256(b"\x01" + b"".join(sorted([node, path[place : place + 32]]))).digest()
    protected, _, signature = headers["ce_signature"].split(b".")
    x = PRIVATE_KEYS["eligibility"]["x"]
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x + "="))
    public.verify(urlsafe_b64decode(signature + b"=="), protected + b"." + urlsafe_b64encode(node).rstrip(b"="))
