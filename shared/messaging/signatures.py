"""Signed events: each service signs what it publishes, and consumers verify it before anything else.

One JSON Web Signature (Ed25519, RFC 7515 with detached content) covers up to `TREE_EVENTS` events: it signs the root of their
Merkle tree. Each event carries the signature in `ce_signature` and its own path to the root in `ce_signaturepath`, so it can be
verified alone: hash the event, hash upwards along the path, verify the signature over the root.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.clock import Clock, SystemClock
from shared.event_keys import PublicKey, public_keys
from shared.messaging import topics
from shared.messaging.envelope import Message, RejectedMessageError
from shared.settings import ServiceSettings

SIGNATURE = "ce_signature"
PATH = "ce_signaturepath"
TREE_EVENTS = 128
"""More would save little: at 128 a signature costs less than the hashes of its events, and a path has 224 bytes."""
_ALGORITHMS = ["Ed25519"]
_SIGNED = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
_LENGTHS = struct.Struct(f">{len(_SIGNED) + 2}I")
_LEAF, _NODE = b"\x00", b"\x01"
_HASH_BYTES = 32
_MAX_PATH_BYTES = 1_024
_MAX_SIGNATURE_BYTES = 1_024
_ROOTS_KEPT = 4_096
"""Of half a million events, about 1 MB."""

Headers = list[tuple[str, bytes]]


class Signer:
    """Signs a service's events with its private key."""

    def __init__(self, key: OKPKey) -> None:
        """Sign with `key`; its id becomes the `kid` of every signature."""
        self._key = key
        self._protected = {"alg": _ALGORITHMS[0], "kid": key.kid}

    def sign(self, events: Sequence[tuple[bytes, bytes, Headers]]) -> None:
        """Add the headers of a signature to `events`, each its key, data and headers."""
        for start in range(0, len(events), TREE_EVENTS):
            tree = events[start : start + TREE_EVENTS]
            root, paths = _tree([_leaf(dict(headers), key, data) for key, data, headers in tree])
            whole = jws.serialize_compact(self._protected, root, self._key, algorithms=_ALGORITHMS)
            signature = jws.detach_content(whole).encode()
            for (_, _, headers), path in zip(tree, paths, strict=True):
                headers += [(SIGNATURE, signature), (PATH, urlsafe_b64encode(path))]


class Verifier:
    """Verifies that events were signed by the service that publishes on their topic."""

    def __init__(
        self,
        keys: Mapping[str, PublicKey],
        *,
        unsigned_until: datetime | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Verify with `keys`, by key id.

        Events without a signature are accepted until `unsigned_until` on this process's clock, for an upgrade; wrong ones never.
        """
        self._keys = keys
        self._unsigned_until = unsigned_until
        self._clock = clock or SystemClock()
        # The events of a tree arrive in the batches of many partitions. Only what is valid is kept: an error is raised anew.
        self._verify_root = lru_cache(maxsize=_ROOTS_KEPT)(self._verify_new_root)

    def sort(self, messages: Sequence[Message]) -> tuple[list[Message], list[tuple[Message, RejectedMessageError]]]:
        """Return the genuine `messages`, and the others with the reason of each."""
        genuine: list[Message] = []
        refused: list[tuple[Message, RejectedMessageError]] = []
        proven: dict[tuple[str, bytes], set[bytes]] = {}
        for message in messages:
            try:
                self.verify(message, proven)
            except RejectedMessageError as error:
                refused.append((message, error))
            else:
                genuine.append(message)
        return genuine, refused

    def verify(self, message: Message, proven: dict[tuple[str, bytes], set[bytes]] | None = None) -> None:
        """Raise RejectedMessageError if `message` is not genuine.

        `proven` keeps the hashes under each valid signature: what one event has shown its neighbours need not show again.
        """
        signature = message.headers.get(SIGNATURE)
        if signature is None:
            if self._unsigned_until is None or self._clock.now() >= self._unsigned_until:
                raise RejectedMessageError("the event is not signed")
            return
        known = ({} if proven is None else proven).setdefault((message.topic, signature), set())
        node = _leaf(message.headers, message.key or b"", message.value or b"")
        if node in known:
            return
        seen = [node]
        for sibling in _siblings(message.headers.get(PATH, b"")):
            node = _node(node, sibling)
            seen += [sibling, node]
            if node in known:
                break
        else:
            self._verify_root(message.topic, signature, node)
        known.update(seen)

    def _verify_new_root(self, topic: str, signature: bytes, root: bytes) -> None:
        try:
            found = jws.extract_compact(signature[:_MAX_SIGNATURE_BYTES], root)
            kid = found.headers().get("kid")
            own = self._keys.get(kid) if isinstance(kid, str) else None
            if own is None:
                raise RejectedMessageError("the key that signed the event is not known")
            if own.service != topics.PUBLISHERS.get(topic):
                raise RejectedMessageError("the event is signed by another service than the one that publishes here")
            if not jws.validate_compact(found, own.key, algorithms=_ALGORITHMS):
                raise RejectedMessageError("the signature is wrong")
        except RejectedMessageError:
            raise
        except (JoseError, ValueError) as error:
            raise RejectedMessageError("the signature is malformed") from error


def verifier_of(settings: ServiceSettings) -> Verifier:
    """Return the verifier with the keys in `settings`."""
    return Verifier(public_keys(settings.event_keys), unsigned_until=settings.unsigned_events_until)


def _leaf(headers: Mapping[str, bytes], key: bytes, data: bytes) -> bytes:
    """Return the hash of an event: of its id, source, type, subject, time, key and data, each with its length."""
    parts = [*[headers.get(name, b"") for name in _SIGNED], key, data]
    return sha256(b"".join([_LEAF, _LENGTHS.pack(*map(len, parts)), *parts])).digest()


def _node(one: bytes, other: bytes) -> bytes:
    """Return the hash of two siblings, in whichever order."""
    return sha256(_NODE + (one + other if one < other else other + one)).digest()


def _tree(leaves: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """Return the root over `leaves` and the path of each: its siblings upwards. The last of an odd level moves up alone."""
    paths = [b""] * len(leaves)
    level, height = list(leaves), 0
    while len(level) > 1:
        for place in range(len(leaves)):
            sibling = place >> height ^ 1
            if sibling < len(level):
                paths[place] += level[sibling]
        pairs = [_node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1 :]
        height += 1
    return level[0], paths


def _siblings(path: bytes) -> list[bytes]:
    try:
        hashes = urlsafe_b64decode(path[: 2 * _MAX_PATH_BYTES])
    except ValueError as error:
        raise RejectedMessageError("the path of the signature is malformed") from error
    if len(hashes) % _HASH_BYTES or len(hashes) > _MAX_PATH_BYTES:
        raise RejectedMessageError("the path of the signature is malformed")
    return [hashes[place : place + _HASH_BYTES] for place in range(0, len(hashes), _HASH_BYTES)]
