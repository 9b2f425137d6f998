"""Keys that sign events: Ed25519 as JSON Web Keys (RFC 8037). A public key names the service whose events it verifies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import InvalidValue

CURVE: Final = "Ed25519"


class PublicKey(NamedTuple):
    """A key that verifies the events of `service`."""

    service: str
    key: OKPKey


def make(service: str) -> tuple[str, dict[str, Any]]:
    """Make a key pair for `service`: the private key as JSON, and the public key as a member of a key set."""
    key = OKPKey.generate_key(CURVE)
    kid = {"kid": key.thumbprint()}
    public = key.as_dict(private=False) | kid | {"use": "sig", "service": service}
    return orjson.dumps(key.as_dict(private=True) | kid).decode(), public


def private_key(jwk: str) -> OKPKey:
    """Return the private key in `jwk`; raises ValueError for anything else."""
    key = _key(_object(jwk))
    if not key.is_private:
        raise InvalidValue("must hold the private member d")
    return key


def public_keys(key_set: str) -> dict[str, PublicKey]:
    """Return the public keys in a JSON Web Key Set, by key id; raises ValueError for anything else."""
    members = _object(key_set).get("keys")
    if not isinstance(members, list):
        raise InvalidValue('must have the form {"keys": […]}')
    keys: dict[str, PublicKey] = {}
    for member in members:
        key, service = _key(member), member.get("service")
        if key.is_private:
            raise InvalidValue("holds a private key: leave out the member d, and replace that key")
        if not isinstance(service, str):
            raise InvalidValue("each key must name its service in the member service")
        keys[member["kid"]] = PublicKey(service, key)
    return keys


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidValue("must be JSON") from error
    if not isinstance(found, dict):
        raise InvalidValue("must be a JSON object")
    return found


def _key(member: Any) -> OKPKey:
    try:
        if isinstance(member, Mapping) and member.get("kid") and member.get("crv") == CURVE:
            return OKPKey.import_key(dict(member))
    except (JoseError, ValueError, TypeError, KeyError):
        pass  # the reason could hold a part of the key
    raise InvalidValue("must hold keys of the curve {curve}, each with its key id kid", curve=CURVE)
