"""`make soak`: a steady load through a running system, and what must not grow. ARGS: `--minutes N --enterprises N --state DIR`.

Prints a table of everything that was measured; the exit code is 1 at the first growth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.table import Table

from deploy.local.demo_client import DemoError
from deploy.local.processes import CannotStartError
from shared.cli import console
from tests.soak.growth import MIB, Series, growth
from tests.soak.load import Load
from tests.soak.watch import Watch
from tests.support.running import demo_client, running

WARM_UP = 0.3
"""The share of the time in which caches fill, pools open and allocators find their size."""
SAMPLE_SECONDS = 5.0
WIDTH = 110
"""Of the table: no line of it is folded."""


def main() -> int:
    """Soak; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make soak ARGS=…", description="A steady load, and what must not grow.")
    parser.add_argument("--minutes", type=float, default=30, help="how long (default 30)")
    parser.add_argument("--enterprises", type=int, default=20, help="how many are paid in each cycle (default 20)")
    parser.add_argument("--state", type=Path, help="folder to work in, kept afterwards (default: a temporary one)")
    arguments = parser.parse_args()
    console.width = max(console.width, WIDTH)
    with tempfile.TemporaryDirectory() as folder:
        state = arguments.state or Path(folder)
        state.mkdir(parents=True, exist_ok=True)
        state.chmod(0o755)
        try:
            with running(state) as system, demo_client(system) as demo:
                load, watch = Load(demo, state, arguments.enterprises), Watch(system, demo)
                load.prepare()
                grown = soak(load, watch, arguments.minutes * 60)
        except (CannotStartError, DemoError) as error:
            console.print(f"[red]{error}")
            return 2
    warm_up = arguments.minutes * 60 * WARM_UP
    console.print(table(watch, warm_up))
    console.print(f"{load.cycles} cycles, {load.paid} payments")
    if not load.paid:
        console.print("[red]nothing was paid: nothing is shown by this")
        return 2
    for series in grown:
        console.print(f"[red]grows: {series.name}")
    return 1 if grown else 0


def soak(load: Load, watch: Watch, seconds: float) -> list[Series]:
    """Load for `seconds`, or until the first growth; return what grew."""
    started, measured = time.monotonic(), -SAMPLE_SECONDS
    while (now := time.monotonic() - started) < seconds:
        load.cycle()
        if now - measured < SAMPLE_SECONDS:
            continue
        measured = now
        watch.measure(now, load.paid)
        # Judged when half of what is watched is over: a slope over less time says little.
        if now > seconds * (1 + WARM_UP) / 2:
            grown = [each for each in watch.series.values() if each.grows(seconds * WARM_UP)]
            if grown:
                return grown
    return []


def table(watch: Watch, warm_up_seconds: float) -> Table:
    """Return everything that was measured after the warm-up."""
    made = Table("", "median", "least", "most", "growth", "allowed")
    for series in watch.series.values():
        values = [value for _, value in series.after(warm_up_seconds)]
        if values:
            shown = (median(values), min(values), max(values), growth(series.after(warm_up_seconds)))
            made.add_row(series.name, *(_text(each, series) for each in (*shown, series.allowance.of(values))))
    return made


def _text(value: float, series: Series) -> str:
    if series.unit == "B" and abs(value) >= MIB / 10:
        return f"{value / MIB:,.1f} MiB"
    return f"{value:,.0f} {series.unit}".strip()


if __name__ == "__main__":
    sys.exit(main())
