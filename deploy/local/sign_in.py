"""The demonstration's sign-in: a page with its persons, and the code flow with PKCE (RFC 7636, OpenID Connect Core).

Whoever opens it may be any of them: it is for demonstrations on loopback, as the issuer's tokens are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from deploy.local.clients import PERSONS, PORTAL
from shared.i18n import N_, default_language, translate
from shared.identifiers import is_uscc

CODE_SECONDS = 60
_PAGE = Path(__file__).with_name("sign_in.html").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for until it is exchanged, once."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    person: str
    uscc: str | None
    until: float


@dataclass
class SignIns:
    """Codes that were given out and not exchanged yet. `redirects` are where a client may have people sent back to."""

    redirects: Mapping[str, str]
    _grants: dict[str, Grant] = field(default_factory=dict)

    def refusal(self, query: Mapping[str, str]) -> str | None:
        """Return why a request for a sign-in is refused without sending anybody back; None if it is not."""
        if self.redirects.get(query.get("client_id", "")) != query.get("redirect_uri"):
            return "invalid_redirect_uri"
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return "invalid_request"
        return None if query.get("code_challenge") and query.get("state") else "invalid_request"

    def granted(self, query: Mapping[str, str], person: str, uscc: str | None) -> str | None:
        """Return where to send the browser of `person`; None for a person or an enterprise that nobody is."""
        if person not in (*PERSONS, PORTAL) or (person == PORTAL) != (uscc is not None) or not is_uscc(uscc or _ANY):
            return None
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(
            query["client_id"],
            query["redirect_uri"],
            query["code_challenge"],
            query.get("nonce", ""),
            query.get("scope", ""),
            person,
            uscc,
            time.monotonic() + CODE_SECONDS,
        )
        answer = urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}{'&' if urlsplit(query['redirect_uri']).query else '?'}{answer}"

    def exchanged(self, client_id: str, fields: Mapping[str, str]) -> Grant | None:
        """Return what a code stands for, and forget it; None unless it is that client's, in time, with its verifier."""
        grant = self._grants.pop(fields.get("code", ""), None)
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            grant is None
            or grant.until < time.monotonic()
            or (grant.client_id, grant.redirect_uri) != (client_id, fields.get("redirect_uri"))
            or not hmac.compare_digest(grant.challenge, challenge)
        ):
            return None
        return grant


_ANY = "91331100MA2000061E"


def page(language: str | None = None, mistake: str = "") -> str:
    """Return the page on which somebody chooses who to be."""
    spoken = language or default_language()
    button = '<li><button name="person" value="{name}">{title} <small>{name}</small></button></li>'
    buttons = [
        button.format(name=escape(name), title=escape(translate(title, spoken))) for name, title in PERSONS.items()
    ]
    return _PAGE.format(
        language=spoken,
        title=translate(N_("Sign in to the demonstration"), spoken),
        explanation=translate(N_("Its persons are invented, and nobody needs a password. Choose who you are."), spoken),
        mistake=f'<p class="bad" role="alert">{escape(translate(mistake, spoken))}</p>' if mistake else "",
        persons="".join(buttons),
        enterprise=translate(N_("Unified social credit code of an enterprise"), spoken),
        as_enterprise=translate(N_("Sign in as this enterprise"), spoken),
        portal=PORTAL,
    )
