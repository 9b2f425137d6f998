"""deploy/compose as an operator fills it in."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from tests.support.events import EVENT_KEYS, PRIVATE_KEYS

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy/compose/compose.yaml"
EXAMPLE = COMPOSE.with_name("example.env")
OFFICES = COMPOSE.with_name("example.offices.yaml")
ISSUER_HOST = "id.city.example"


def filled_in() -> dict[str, str]:
    """Values for every variable of example.env, as a careful operator would fill them in."""
    found = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    drawn = ("REGISTRY_ACCOUNT_KEY", "PAYOUT_FILE_SEAL_KEY")
    return {name: secrets.token_hex(24) for name in found} | {
        "TOKEN_ISSUER": f"https://{ISSUER_HOST}",
        "TOKEN_JWKS_URL": f"https://{ISSUER_HOST}/.well-known/jwks.json",
        "TOKEN_URL": f"https://{ISSUER_HOST}/oauth/token",
        "DESK_PUBLIC_URL": "https://desk.city.example",
        "OFFICES_FILE": f"./{OFFICES.name}",
        "PAYOUT_PAYERS": '{"city": {"name": "丽水市财政局", "number": "33050169000000000001", "bank_code": "105343000012"}}',
        "DESK_SESSION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "EVENT_KEYS": EVENT_KEYS,
        **{name: base64.b64encode(secrets.token_bytes(64)).decode() for name in drawn},
        **{f"{service.upper()}_EVENT_KEY": orjson.dumps(key).decode() for service, key in PRIVATE_KEYS.items()},
    }


def composed(values: Mapping[str, str]) -> Mapping[str, Any]:
    """The services of compose.yaml with `values` for its variables; one that example.env does not have is a failure."""

    def replaced(match: re.Match[str]) -> str:
        name, default = match["name"], match["rest"]
        return values[name] if default is None or default.startswith(":?") else values.get(name, default[2:])

    content = re.sub(r"(?<!\$)\$\{(?P<name>[A-Z_]+)(?P<rest>:[-?][^}]*)?\}", replaced, COMPOSE.read_text("utf-8"))
    found: Mapping[str, Any] = yaml.safe_load(content)["services"]
    return found
