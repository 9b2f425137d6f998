"""A Prometheus of our own beside a system on this machine: the committed configuration, with the system's targets and secret.

`make prometheus` runs one for the system on STATE_DIR until Ctrl-C.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import yaml

from deploy.checks import tools
from deploy.local.processes import free_port
from deploy.local.system import print_now, state_folder

COMMITTED = tools.ROOT / "deploy" / "prometheus"


class Prometheus:
    """A Prometheus that answers at `url`."""

    def __init__(self, url: str) -> None:
        """Ask the one at `url`."""
        self.url = url

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of `expression` now, each with `metric` and `value`; raises httpx.HTTPStatusError if it is none."""
        return list(self._ask("query", {"query": expression})["result"])

    def targets(self) -> list[dict[str, Any]]:
        """Return what it asks for metrics, with `labels`, `health` and `lastError`."""
        return list(self._ask("targets", {})["activeTargets"])

    def _ask(self, what: str, parameters: dict[str, str]) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/api/v1/{what}", params=parameters, timeout=30.0).raise_for_status()
        return dict(answer.json()["data"])


def configure(folder: Path, state: Path, token_url: str, *, scrape_seconds: int) -> None:
    """Write into `folder` what Prometheus needs to watch the system whose state is in `state`."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = yaml.safe_load((COMMITTED / "prometheus.yml").read_text("utf-8"))
    [job] = configuration["scrape_configs"]
    job["oauth2"]["token_url"] = token_url
    configuration["global"] = {"scrape_interval": f"{scrape_seconds}s", "evaluation_interval": f"{scrape_seconds}s"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), "utf-8")
    for name in configuration["rule_files"]:
        shutil.copy(COMMITTED / name, folder / name)
    shutil.copy(state / "targets.json", folder / "targets.json")
    secret = folder / "ops-secret"
    secret.touch(mode=0o600)
    secret.write_text(orjson.loads((state / "clients.json").read_bytes())["ops"])


@contextmanager
def running(folder: Path) -> Iterator[Prometheus]:
    """Run Prometheus as configured in `folder`; raises ToolFailedError if it does not get ready."""
    port = free_port()
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                str(tools.prometheus() / "prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not _ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise tools.ToolFailedError(f"Prometheus is not ready: {log.read_text('utf-8', 'replace')[-2_000:]}")
            time.sleep(0.2)
        yield Prometheus(url)
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def main() -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    state = state_folder()
    folder = state / "prometheus"
    issuer = os.environ.get("ISSUER_PORT", "8000")
    try:
        configure(folder, state, f"http://127.0.0.1:{issuer}/oauth/token", scrape_seconds=15)
        with running(folder.resolve()) as prometheus:
            print_now(f"prometheus  {prometheus.url}")
            signal.pause()
    except FileNotFoundError:
        print(
            f"No system runs on {state}: `make serve`, or set STATE_DIR to the folder of one that does.",
            file=sys.stderr,
        )
        return 1
    except (tools.MissingToolError, tools.ToolFailedError) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
