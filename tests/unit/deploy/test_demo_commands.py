"""The commands that the demonstration prints are those of a shell that has read `STATE_DIR/shell`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deploy.local.demo_client import command


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
