"""The documents that integrators build on, written from the code: OpenAPI per service, JSON Schema per event, AsyncAPI and
its page, and the datasets as a page in both languages.

`python -m deploy.documents` writes them under `docs/api/`; a test fails when they are not current.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from joserfc.jwk import KeySet

from deploy import dataset_pages
from services.eligibility import app as eligibility
from services.eligibility.settings import Settings as EligibilitySettings
from services.payout import app as payout
from services.payout.settings import Settings as PayoutSettings
from services.registry import app as registry
from services.registry.settings import Settings as RegistrySettings
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.messaging import asyncapi
from shared.web.auth import TokenRules, TokenVerifier

FOLDER = Path(__file__).parents[1] / "docs" / "api"

_LANGUAGES = {"": "en", ".zh-CN": "zh-CN"}


class _NoKeys:
    def get(self) -> KeySet:
        raise NotImplementedError("documents are written without answering requests")

    def refresh(self) -> bool:
        return False


def apps() -> dict[str, FastAPI]:
    """Build the three apps as they are served; nothing is connected."""
    nowhere = "postgresql://nobody@localhost/none"
    common = {
        "database_url": nowhere,
        "kafka_bootstrap_servers": "localhost:1",
        "token_issuer": "http://localhost",
        "token_jwks_url": "http://localhost/keys",
        "token_url": "http://localhost/oauth/token",
        "registry_url": "http://localhost",
        "eligibility_url": "http://localhost",
        "account_key": "A" * 86 + "==",
        "file_seal_key": "A" * 86 + "==",
    }
    clock = SystemClock()
    verifier = TokenVerifier(TokenRules("http://localhost", "documents"), _NoKeys(), clock)
    parts: dict[str, Any] = {"database": Database(nowhere), "token_verifier": verifier, "clock": clock}
    return {
        "registry": registry.build(RegistrySettings.model_validate(common), **parts),
        "eligibility": eligibility.build(EligibilitySettings.model_validate(common), **parts),
        "payout": payout.build(PayoutSettings.model_validate(common), **parts),
    }


def documents() -> dict[str, bytes]:
    """Return every document's content by its path below FOLDER."""
    made = {f"{service}.openapi.json": _pretty(app.openapi()) for service, app in apps().items()}
    made |= {f"events/{name}.schema.json": _pretty(asyncapi.schema(name)) for name in asyncapi.EVENTS}
    made["events.asyncapi.json"] = _pretty(asyncapi.document())
    made["events.md"] = asyncapi.page().encode()
    made |= {f"datasets{suffix}.md": dataset_pages.write(language).encode() for suffix, language in _LANGUAGES.items()}
    return made


def _pretty(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def main() -> None:
    """Write every document."""
    for path, content in documents().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
