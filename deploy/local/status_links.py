"""`make status`: links that open the status pages of the system that runs, with a token of the demonstration's client `ops`."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import orjson

from deploy.local.system import say, state_folder
from services.databases import SCHEMAS as SERVICES


def links(state: Path) -> dict[str, str]:
    """Return by service a link to its status page that carries a token; raises httpx.HTTPError and OSError."""
    targets = orjson.loads((state / "targets.json").read_bytes())
    clients = orjson.loads((state / "clients.json").read_bytes())
    at = {t["labels"]["service"]: t["targets"][0] for t in targets if t["labels"]["process"] == "app"}
    schemes = httpx.get(f"http://{at['registry']}/openapi.json", timeout=30).json()["components"]["securitySchemes"]
    token_url = schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"]
    answer = httpx.post(token_url, data={"grant_type": "client_credentials"}, auth=("ops", clients["ops"]), timeout=30)
    token = answer.raise_for_status().json()["access_token"]
    return {service: f"http://{at[service]}/status#token={token}" for service in SERVICES}


def main() -> int:
    """Print the links; returns the exit code."""
    state = state_folder()
    try:
        for service, link in links(state).items():
            say(f"{service:<12}{link}")
    except (OSError, httpx.HTTPError):
        print(
            f"No system runs on {state}: `make serve`, or set STATE_DIR to the folder of one that does.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
