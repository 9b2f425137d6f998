"""Keys that sign the events of tests, the same in every process, and what signs and verifies with them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.database.engine import Database
from shared.event_keys import private_key, public_keys
from shared.messaging.envelope import Event, Message, header_map
from shared.messaging.kafka import Cluster
from shared.messaging.relay import Relay
from shared.messaging.signatures import PATH, SIGNATURE, Signer, Verifier


def private_jwk(kid: str, seed: int) -> dict[str, str]:
    """Return a private key that is made from `seed`."""
    secret = bytes([seed]) * 32
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    encoded = {name: urlsafe_b64encode(value).decode().rstrip("=") for name, value in (("d", secret), ("x", public))}
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, **encoded}


def key_set(keys: Mapping[str, Sequence[dict[str, str]]]) -> str:
    """Return the public keys of each service's private `keys` as settings have them."""
    public = [
        {name: value for name, value in key.items() if name != "d"} | {"service": service}
        for service, of_service in keys.items()
        for key in of_service
    ]
    return orjson.dumps({"keys": public}).decode()


def signer_of(key: dict[str, str]) -> Signer:
    """Return what signs with a private key."""
    return Signer(private_key(orjson.dumps(key).decode()))


PRIVATE_KEYS = {
    service: private_jwk(f"{service}-test", seed)
    for seed, service in enumerate(("registry", "eligibility", "payout"), 1)
}
EVENT_KEYS = key_set({service: [key] for service, key in PRIVATE_KEYS.items()})
SIGNERS = {service: signer_of(key) for service, key in PRIVATE_KEYS.items()}
VERIFIER = Verifier(public_keys(EVENT_KEYS))
LENIENT = Verifier(public_keys(EVENT_KEYS), unsigned_until=datetime.max.replace(tzinfo=UTC))
"""Accepts events without a signature, for tests of what comes after it."""


def relay_of(
    service: str, database: Database, cluster: Cluster, client_id: str = "test-relay", **options: Any
) -> Relay:
    """Return a relay that signs as `service`."""
    return Relay(database, cluster, client_id, SIGNERS[service], VERIFIER, **options)


def as_argument(cluster: Cluster) -> str:
    """Return `cluster` as an argument of a process, which `from_argument` reads."""
    return orjson.dumps(asdict(cluster), default=str).decode()


def from_argument(argument: str) -> Cluster:
    """Return the cluster that `as_argument` wrote."""
    return Cluster(**orjson.loads(argument))


def sign(message: Message, service: str) -> Message:
    """Return `message` as `service` would have signed it."""
    headers = [(name, content) for name, content in message.headers.items() if name not in (SIGNATURE, PATH)]
    SIGNERS[service].sign([(message.key or b"", message.value or b"", headers)])
    return replace(message, headers=dict(headers))


def signed(events: Sequence[Event], service: str) -> list[Message]:
    """Return `events` as messages that `service` signed."""
    sent = [(event.key.encode(), event.data, event.headers()) for event in events]
    SIGNERS[service].sign(sent)
    return [
        Message(event.topic, 0, offset, key, data, header_map(headers))
        for offset, (event, (key, data, headers)) in enumerate(zip(events, sent, strict=True))
    ]
