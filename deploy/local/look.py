"""Where the system that runs answers, for people and for programs.

`make status` prints links that open the status pages, with a token of the demonstration's client `ops`;
`python -m deploy.local.look environment` prints the variables that the quickstarts of docs/clients read.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import httpx
import orjson

from deploy.local.system import say, state_folder
from shared.database.migrate import SERVICES


def addresses(state: Path) -> dict[str, str]:
    """Return base URLs by service, and the issuer's token endpoint as `token`; raises httpx.HTTPError and OSError."""
    targets = orjson.loads((state / "targets.json").read_bytes())
    at = {t["labels"]["service"]: f"http://{t['targets'][0]}" for t in targets if t["labels"]["process"] == "app"}
    schemes = httpx.get(f"{at['registry']}/openapi.json", timeout=30).json()["components"]["securitySchemes"]
    return {**at, "token": schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"]}


def secrets(state: Path) -> dict[str, str]:
    """Return the secrets of the demonstration's clients."""
    found: dict[str, str] = orjson.loads((state / "clients.json").read_bytes())
    return found


def links(state: Path) -> dict[str, str]:
    """Return by service a link to its status page that carries a token; raises httpx.HTTPError and OSError."""
    at = addresses(state)
    asked = {"grant_type": "client_credentials"}
    answer = httpx.post(at["token"], data=asked, auth=("ops", secrets(state)["ops"])).raise_for_status()
    return {service: f"{at[service]}/status#token={answer.json()['access_token']}" for service in SERVICES}


def environment(state: Path) -> dict[str, str]:
    """Return the variables that the quickstarts read; raises httpx.HTTPError and OSError."""
    clients = {f"{name.replace('-', '_').upper()}_SECRET": secret for name, secret in secrets(state).items()}
    return {f"{name.upper()}_URL": url for name, url in addresses(state).items()} | {
        name: clients[name] for name in ("DATA_PLATFORM_SECRET", "COMMERCE_MAKER_SECRET")
    }


def main(arguments: list[str]) -> int:
    """Print the links, or the variables; returns the exit code."""
    state = state_folder()
    try:
        if arguments == ["environment"]:
            for name, value in environment(state).items():
                say(f"export {name}={shlex.quote(value)}")
        else:
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
    sys.exit(main(sys.argv[1:]))
