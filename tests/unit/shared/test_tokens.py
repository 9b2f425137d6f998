"""Who may call: algorithm, issuer, audience and time are pinned; scopes and jurisdiction come from the token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from deploy.local.clients import CLIENTS
from shared.authorization import DESCRIPTIONS, Scope
from shared.clock import FixedClock
from shared.errors import DomainError, Unauthenticated
from shared.web.auth import TokenVerifier
from tests.support.tokens import AUDIENCE, ISSUER, FixedKeys, Tokens

NOW = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def signed() -> Tokens:
    return Tokens(FixedClock(NOW))


def claims(**changes: object) -> dict[str, object]:
    seconds = int(NOW.timestamp())
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "scope": "facts:read", "exp": seconds + 60} | changes
    return {name: value for name, value in whole.items() if value is not None}


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
        {"sub": None},
        {"aud": None},
    ],
)
def test_a_token_that_is_not_meant_for_us_is_refused(changes: dict[str, object]) -> None:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    verifier = TokenVerifier(ISSUER, AUDIENCE, FixedKeys(KeySet([key])), FixedClock(NOW))
    good = jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), key)
    assert verifier.actor(good).subject == "someone"
    with pytest.raises(DomainError):
        verifier.actor(jwt.encode({"alg": "ES256", "kid": key.kid}, claims(**changes), key))


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
        (Scope.BATCHES_WRITE, Scope.ORDERS_APPROVE),
        (Scope.RECOVERIES_WRITE, Scope.RECOVERIES_APPROVE),
        (Scope.READINGS_PROPOSE, Scope.READINGS_CONFIRM),
    ]
    for name, client in CLIENTS.items():
        for maker, checker in pairs:
            assert not {maker, checker} <= set(client.scopes), name
