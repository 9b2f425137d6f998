"""`make faults`: a seeded campaign of faults against real processes; `ARGS=--help` says what it takes.

Prints what was injected and what came of it; the exit code is 1 if an invariant broke.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from deploy.local.processes import CannotStartError
from shared.cli import console
from shared.observability import logs
from tests.faults import checks
from tests.faults.campaign import Campaign
from tests.faults.controls import CONTROLS
from tests.faults.disks import take_own_mounts
from tests.faults.kinds import FAST, SLOW, Kind

QUIET_EVERY = 100
SLOW_ROUNDS = 2
"""How often each slow fault comes in a campaign, whatever its length."""
PAY_EVERY = 8


def main() -> int:
    """Run a campaign; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description="Injects faults and checks invariants.")
    parser.add_argument("--faults", type=int, default=1_000, help="how many to inject (default 1000)")
    parser.add_argument("--minutes", type=float, default=30, help="stop injecting after so many (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed injects the same faults (default 1)")
    parser.add_argument("--only", default="", help="inject only faults whose name matches this")
    parser.add_argument("--control", choices=sorted(CONTROLS), help="take a defence away: the campaign has to fail")
    parser.add_argument(
        "--patience", type=float, default=600, help="seconds until what has not arrived is lost (default 600)"
    )
    parser.add_argument("--state", type=Path, help="folder to work in, kept afterwards (default: a temporary one)")
    arguments = parser.parse_args()
    checks.patience_seconds = arguments.patience
    logs.configure("faults", "campaign", "CRITICAL")
    with tempfile.TemporaryDirectory() as folder:
        state = arguments.state or Path(folder)
        state.mkdir(parents=True, exist_ok=True)
        state.chmod(0o755)
        campaign = Campaign.of(state, arguments.seed, arguments.control)
        try:
            campaign.start()
            return report(campaign, *run(campaign, arguments.faults, arguments.minutes * 60, arguments.only))
        except CannotStartError as error:
            console.print(f"[red]{error}")
            return 2
        finally:
            campaign.harness.stop()


def run(campaign: Campaign, faults: int, most_seconds: float, only: str = "") -> tuple[float, dict[str, list[float]]]:
    """Inject `faults` faults, or what `most_seconds` allow; returns the seconds that took, and those until all was quiet again.

    The latter by what went before: a slow fault, or many fast ones.
    """
    started = time.monotonic()
    recoveries: dict[str, list[float]] = {}
    fast, slow_ones = possible(campaign, FAST, only), possible(campaign, SLOW, only)
    slow_every = max(2, faults // (SLOW_ROUNDS * len(slow_ones))) if slow_ones else 0
    for number in range(1, faults + 1):
        slow = None
        if slow_ones and (number % slow_every == slow_every // 2 or not fast):
            slow = slow_ones[number // slow_every % len(slow_ones)]
        kind = slow or campaign.dice.choices(fast, [each.weight for each in fast])[0]
        campaign.decisions.decide(campaign.dice.randint(1, 20))
        inject(campaign, kind)
        campaign.harness.tend()
        if number % PAY_EVERY == 0:
            campaign.users.pay(("city", "liandu", "development_zone")[number // PAY_EVERY % 3])
        last = number == faults or time.monotonic() - started > most_seconds
        if slow or last or number % QUIET_EVERY == 0:
            seconds = checks.settle(campaign)
            recoveries.setdefault(slow.name if slow else "fast faults", []).append(seconds)
            checks.verify(campaign)
            console.print(f"{number:5} faults, {time.monotonic() - started:4.0f} s, quiet after {seconds:.1f} s")
            if last or campaign.violations:
                break
    return time.monotonic() - started, recoveries


def possible(campaign: Campaign, kinds: Sequence[Kind], only: str) -> list[Kind]:
    """Return those of `kinds` that can be injected here (a disk is filled only if it is the campaign's own), and are wanted."""
    disks = (None, *campaign.harness.disks)
    return [kind for kind in kinds if kind.disk in disks and re.search(only, kind.name)]


def inject(campaign: Campaign, kind: Kind) -> None:
    """Inject one fault."""
    kind.inject(campaign)
    campaign.injected[kind.name] += 1


def report(campaign: Campaign, seconds: float, recoveries: dict[str, list[float]]) -> int:
    """Print what was injected and what came of it; returns the exit code."""
    table = Table("fault", "injected", "quiet again after, s (most)")
    for kind in (*FAST, *SLOW):
        most = f"{max(recoveries[kind.name]):.1f}" if kind.name in recoveries else ""
        table.add_row(kind.name, str(campaign.injected[kind.name]), most)
    table.add_row("all", str(campaign.injected.total()), f"{max(map(max, recoveries.values())):.1f}")
    console.print(table)
    versions = sum(map(len, campaign.decisions.committed.values()))
    count = {name: sum(v.startswith(name) for v in campaign.violations) for name in ("lost", "double", "mismatch")}
    summary = Table("what came of it", "")
    for name, value in (
        ("seconds", f"{seconds:.0f}"),
        ("decisions (award versions)", f"{versions:,}"),
        ("commands by HTTP", f"{campaign.users.commands:,}"),
        ("orders paid by the bank", f"{len(campaign.users.paid):,}"),
        ("messages refused (dead letters)", f"{len(campaign.refused):,}"),
        ("answers 500", f"{campaign.users.answers[500]:,}"),
        ("lost", str(count["lost"])),
        ("double", str(count["double"])),
        ("mismatched", str(count["mismatch"])),
        ("other", str(len(campaign.violations) - sum(count.values()))),
    ):
        summary.add_row(name, value)
    console.print(summary)
    for violation in campaign.violations[:20]:
        console.print(f"[red]{violation}")
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    take_own_mounts()
    sys.exit(main())
