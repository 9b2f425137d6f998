"""The commands that the demonstration prints are those of a shell that has read `STATE_DIR/shell`."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import demo
from deploy.local.demo_client import command

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("method", "path", "request_", "shown"),
    [
        ("GET", "payout:/v1/awards/7", {}, "as auditor $P/v1/awards/7"),
        (
            "GET",
            "eligibility:/v1/decisions",
            {"params": {"state": "approved"}},
            'as auditor "$E/v1/decisions?state=approved"',
        ),
        (
            "POST",
            "registry:/v1/imports",
            {"params": {"mode": "accept_valid", "source": "一、电商企业.csv"}},
            """as auditor -X POST "$R/v1/imports?mode=accept_valid&source=$(uri '一、电商企业.csv')\"""",
        ),
        ("POST", "payout:/v1/a/confirm", {}, "as auditor -X POST $P/v1/a/confirm"),
        (
            "POST",
            "eligibility:/v1/approvals",
            {"json": {"reason": "it's so"}},
            """as auditor -H "$JSON" -d '{"reason":"it'"'"'s so"}' $E/v1/approvals""",
        ),
        (
            "POST",
            "registry:/v1/imports",
            {"content": Path("a b.csv"), "headers": {"Content-Type": "text/csv"}},
            "as auditor -H 'Content-Type: text/csv' --data-binary '@a b.csv' $R/v1/imports",
        ),
    ],
)
def test_a_call_is_said_as_a_command(method: str, path: str, request_: dict[str, Any], shown: str) -> None:
    assert command("auditor", method, path, **request_) == shown


@pytest.mark.parametrize("source", ["一、电商企业（“甲” $乙 & 丙's）.csv", "a b&c.csv"])
def test_a_shell_calls_the_address_that_the_demonstration_called(source: str) -> None:
    params = {"mode": "accept_valid", "source": source}
    said = command("auditor", "GET", "registry:/v1/imports", params=params)
    script = f'. deploy/local/shell.sh; R=http://r; as() {{ printf %s "${{@: -1}}"; }}; {said}'
    called = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True, cwd=ROOT).stdout
    assert dict(httpx.URL(called).params) == params


@pytest.mark.parametrize("argument", ["--help", "once"])
def test_a_demonstration_with_another_argument_does_not_start(
    argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--once", argument]) == 2
    assert f"Not an argument of the demonstration: {argument}." in capsys.readouterr().out
