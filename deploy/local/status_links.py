"""`make status`: links to the status pages of the running system, with a token of the demonstration's client `ops`."""

from __future__ import annotations

from pathlib import Path

import httpx
import orjson

from deploy.local.system import TITLES, print_now, state_folder
from services.databases import SCHEMAS as SERVICES
from shared.process_settings import end_process


def links(state: Path) -> dict[str, str]:
    """Return links to the services' status pages, by service, each with a token that may read metrics alone.

    Raises httpx.HTTPError and OSError.
    """
    targets = orjson.loads((state / "targets.json").read_bytes())
    clients = orjson.loads((state / "clients.json").read_bytes())
    at = {t["labels"]["service"]: t["targets"][0] for t in targets if t["labels"]["process"] == "app"}
    schemes = httpx.get(f"http://{at['registry']}/openapi.json", timeout=30).json()["components"]["securitySchemes"]
    token_url = schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"]
    answer = httpx.post(
        token_url,
        data={"grant_type": "client_credentials", "scope": "metrics:read"},
        auth=("ops", clients["ops"]),
        timeout=30,
    )
    token = answer.raise_for_status().json()["access_token"]
    return {service: f"http://{at[service]}/status#token={token}" for service in SERVICES}


def main() -> None:
    """Print the links."""
    state = state_folder()
    try:
        for service, link in links(state).items():
            print_now("{service}: {link}", service=TITLES[service], link=link)
    except (OSError, httpx.HTTPError):
        end_process(
            "No system runs on {folder}: run `make serve`, or set STATE_DIR to the folder of the running system.",
            folder=str(state),
        )


if __name__ == "__main__":
    main()
