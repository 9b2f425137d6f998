"""Who may call: algorithm, issuer, audience and time are pinned; scopes and jurisdiction come from the token."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from stdnum.cn import uscc

from deploy.local.clients import CLIENTS
from shared.authorization import DESCRIPTIONS, Actor, Scope
from shared.clock import FixedClock
from shared.errors import DomainError, Unauthenticated, Unavailable
from shared.web import auth
from shared.web.auth import MalformedClaim, RemoteKeys, TokenRules, TokenVerifier, actor_of
from tests.support.tokens import AUDIENCE, ISSUER, Tokens

NOW = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def signed() -> Tokens:
    return Tokens(FixedClock(NOW))


def claims(**changes: object) -> dict[str, object]:
    seconds = int(NOW.timestamp())
    whole = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "scope": "facts:read", "iat": seconds, "exp": seconds + 60
    } | changes  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


class Signer:
    """An identity provider of which every claim, header and key can be chosen."""

    def __init__(self, *, typed: bool = True) -> None:
        self.key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        self.clock = FixedClock(NOW)
        self.keys = ChangingKeys(KeySet([self.key]))
        self.verifier = TokenVerifier(TokenRules(ISSUER, AUDIENCE, typed=typed), self.keys, self.clock)

    def actor(self, header: Mapping[str, str] | None = None, /, **changes: Any) -> Actor:
        return self.verifier.actor(self.token(header, **changes))

    def token(self, header: Mapping[str, str] | None = None, /, **changes: Any) -> str:
        whole = {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"} | dict(header or {})
        return jwt.encode(whole, claims(**changes), self.key)


class ChangingKeys:
    """Keys that are exchanged when a newer set is asked for."""

    def __init__(self, *sets: KeySet) -> None:
        self.sets = list(sets)

    def get(self) -> KeySet:
        return self.sets[0]

    def refresh(self) -> bool:
        if len(self.sets) > 1:
            self.sets.pop(0)
            return True
        return False


def test_a_token_says_who_may_do_what(signed: Tokens) -> None:
    token = signed.issuer.token("liandu-officer", ["facts:read", "money:read"])
    actor = signed.verifier.actor(token)
    assert actor.subject == "liandu-officer"
    assert actor.jurisdiction == "liandu"
    assert actor.may(Scope.MONEY_READ)
    assert not actor.may(Scope.ORDERS_APPROVE)


def test_a_token_ends_also_when_it_was_seen_before() -> None:
    clock = FixedClock(NOW)
    signed = Tokens(clock)
    token = signed.issuer.token("auditor", [], lifetime_seconds=600)
    signed.verifier.actor(token)
    clock.instant += timedelta(seconds=606)  # five seconds are allowed between clocks
    with pytest.raises(DomainError) as refused:
        signed.verifier.actor(token)
    assert isinstance(refused.value, Unauthenticated)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://elsewhere"},
        {"aud": "another-system"},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"aud": None},
        {"exp": int(NOW.timestamp()) + 10 * 365 * 86_400},
        {"exp": int(NOW.timestamp()) + 12 * 3_600 + 1},
        {"padding": "x" * 9_000},
    ],
)
def test_a_token_that_is_not_meant_for_us_is_refused(changes: dict[str, object]) -> None:
    signer = Signer()
    assert signer.actor().subject == "someone"
    with pytest.raises(Unauthenticated):
        signer.actor(**changes)


@pytest.mark.parametrize("typ", ["JWT", "", "id+jwt"])
def test_a_token_of_another_type_is_refused_unless_the_provider_sets_none(typ: str) -> None:
    signer = Signer()
    with pytest.raises(Unauthenticated):
        signer.actor({"typ": typ})
    assert signer.actor({"typ": "application/at+jwt"}).subject == "someone"
    assert Signer(typed=False).actor({"typ": typ}).subject == "someone"


MALFORMED: Mapping[str, Sequence[object]] = {
    "jurisdiction": ("", [], 0, False, "atlantis", ["liandu"], {"liandu": 1}, "Liandu"),
    "department": ("", [], 0, "Statistics Bureau"),
    "uscc": ("", [], 0, "91331100MA2HABCDEF", "x"),
    "sub": (" ", "a b", "x" * 201),
    "scope": (["facts:read"], 0, {}),
}


@pytest.mark.parametrize(
    ("claim", "value"), [(claim, value) for claim, values in MALFORMED.items() for value in values]
)
def test_a_malformed_claim_is_refused_by_name_and_never_read_as_none(claim: str, value: object) -> None:
    with pytest.raises(MalformedClaim) as refused:
        Signer().actor(**{claim: value})
    assert refused.value.parameters == {"claim": claim}


def test_null_is_malformed_too() -> None:
    for claim in ("jurisdiction", "department", "uscc"):
        with pytest.raises(MalformedClaim):
            actor_of(claims() | {claim: None})


def test_an_enterprises_token_gives_its_own_view_alone() -> None:
    code = "913311006605654300"
    code = code[:-1] + str(uscc.calc_check_digit(code[:-1]))
    own = Signer().actor(uscc=code, sub=f"enterprise:{code}", scope="own:read own:write")
    assert own.uscc == code
    assert not own.covers("liandu") and not own.covers(None) and not own.city_wide
    with pytest.raises(MalformedClaim):
        Signer().actor(uscc=code, scope="own:read decisions:read")
    with pytest.raises(MalformedClaim):
        Signer().actor(uscc=code, scope="own:read", jurisdiction="liandu")


def test_a_verified_token_is_verified_again_after_five_minutes_and_with_new_keys() -> None:
    signer, other = Signer(), ECKey.generate_key("P-256", private=True, auto_kid=True)
    token = signer.token(exp=int(NOW.timestamp()) + 3_600)
    signer.verifier.actor(token)
    signer.keys.sets = [KeySet([other])]  # its key was withdrawn
    with pytest.raises(Unauthenticated):
        signer.verifier.actor(token)


def test_an_unknown_key_is_asked_for_and_the_caller_tries_again() -> None:
    signer = Signer()
    signer.keys.sets = [KeySet([ECKey.generate_key("P-256", private=True, auto_kid=True)]), *signer.keys.sets]
    with pytest.raises(Unavailable):
        signer.actor()
    assert signer.actor().subject == "someone"


def test_a_hanging_issuer_stops_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        keys = RemoteKeys(f"http://127.0.0.1:{hanging.getsockname()[1]}/keys", ssl.create_default_context())
        keys._keys = KeySet([ECKey.generate_key("P-256", private=True)])
        fetching = threading.Thread(target=keys._fetch)
        fetching.start()
        assert keys.get().keys, "the last set stays in use"
        keys.refresh()
        accepted, _ = hanging.accept()
        accepted.close()
        fetching.join()
    assert keys.get().keys and keys._failures == 1


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (ANSWER, b"X-Drip: 1\r\n"),
        (ANSWER + b"\r\n", b"1\r\n \r\n"),
        (ANSWER + b"\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    ],
    ids=["head", "body", "endless"],
)
def test_an_issuer_that_answers_without_end_stops_nobody(
    begins: bytes, goes_on: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_FETCH_SECONDS", 0.5)

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(begins)
            while True:
                connection.sendall(goes_on)
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as slow:
        issuer = threading.Thread(target=drip, args=[slow])
        issuer.start()
        keys = RemoteKeys(f"http://127.0.0.1:{slow.getsockname()[1]}/keys", ssl.create_default_context())
        keys._keys = KeySet([ECKey.generate_key("P-256", private=True)])
        keys._fetch()
        issuer.join()
    assert keys.get().keys and keys._failures == 1


def test_without_any_key_nothing_is_verified() -> None:
    with pytest.raises(Unavailable):
        RemoteKeys("http://127.0.0.1:1/keys", ssl.create_default_context()).get()


def test_another_key_another_algorithm_and_no_signature_are_refused(signed: Tokens) -> None:
    stranger = ECKey.generate_key("P-256", private=True, auto_kid=True)
    shared_secret = OctKey.import_key("a secret that is long enough for HS256")
    forged = [
        jwt.encode({"alg": "ES256", "kid": stranger.kid}, claims(), stranger),
        jwt.encode({"alg": "HS256"}, claims(), shared_secret, algorithms=["HS256"]),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
        "no token",
        "",
    ]
    for token in forged:
        with pytest.raises(DomainError) as refused:
            signed.verifier.actor(token)
        assert isinstance(refused.value, Unauthenticated)


def test_scopes_are_described_and_no_client_can_make_and_check() -> None:
    assert set(DESCRIPTIONS) == set(Scope)
    pairs = [
        (Scope.EVALUATIONS_WRITE, Scope.DECISIONS_APPROVE),
        (Scope.ARRANGEMENTS_WRITE, Scope.ARRANGEMENTS_CONFIRM),
        (Scope.APPROPRIATIONS_WRITE, Scope.APPROPRIATIONS_CONFIRM),
        (Scope.BATCHES_WRITE, Scope.ORDERS_APPROVE),
        (Scope.BATCHES_WRITE, Scope.RESULTS_BANK),
        (Scope.ORDERS_APPROVE, Scope.RESULTS_BANK),
        (Scope.RECOVERIES_WRITE, Scope.RECOVERIES_APPROVE),
        (Scope.READINGS_PROPOSE, Scope.READINGS_CONFIRM),
        (Scope.FACTS_WRITE, Scope.ACCOUNTS_CONFIRM),
        (Scope.FACTS_WRITE, Scope.REFERENCE_CONFIRM),
        (Scope.FACTS_WRITE, Scope.CHALLENGES_WRITE),
        (Scope.REFUSALS_WRITE, Scope.REFUSALS_ISSUE),
    ]
    for name, client in CLIENTS.items():
        for maker, checker in pairs:
            assert not {maker, checker} <= set(client.scopes), name
