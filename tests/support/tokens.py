"""Access tokens for tests, signed by a key of the tests' own."""

from __future__ import annotations

from dataclasses import dataclass

from joserfc.jwk import ECKey, KeySet

from deploy.local.issuer import Issuer
from shared.clock import Clock, SystemClock
from shared.web.auth import TokenRules, TokenVerifier

ISSUER = "http://issuer.test"
AUDIENCE = "ecommerce-subsidies"


@dataclass(frozen=True)
class FixedKeys:
    """A key set that never changes."""

    key_set: KeySet

    def get(self) -> KeySet:
        """Return the key set."""
        return self.key_set

    def refresh(self) -> bool:
        """There is no newer one."""
        return False


class Tokens:
    """Issues tokens to the demonstration's clients and verifies them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        self.issuer = Issuer(key, {}, ISSUER, AUDIENCE, self.clock)
        self.verifier = TokenVerifier(
            TokenRules(ISSUER, AUDIENCE), FixedKeys(KeySet.import_key_set(self.issuer.key_set())), self.clock
        )

    def bearer(self, **claims: object) -> dict[str, str]:
        """Return the header of a request whose token has `claims` in place of those of a client that may nothing."""
        return {"Authorization": f"Bearer {self.issuer.signed({'sub': 'somebody', 'scope': ''} | claims)}"}

    def enterprise(self, uscc: str) -> dict[str, str]:
        """Return the header of a request by an enterprise."""
        token = self.issuer.token("enterprise-portal", ["own:read", "own:write"], uscc)
        return {"Authorization": f"Bearer {token}"}

    def headers(self, client: str, **more: str) -> dict[str, str]:
        """Return the headers of a request by `client`; more headers by name, `_` standing for `-`."""
        token = self.issuer.token(client, self.issuer.scopes(client, None) or [])
        return {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in more.items()}
