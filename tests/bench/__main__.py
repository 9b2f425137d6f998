"""`make bench`: measures each part against its bare minimum in one run and writes docs/benchmarks.md.

ARGS name benchmarks to run (the names are those of BENCHMARKS), each with a size if another is wanted
(`payout=20000`); without any, all run. The report keeps what others measured before; runs of another
size are printed alone. Read the ratios: rates are one machine's alone.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from deploy.local.broker import Broker, local_broker
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Supervisor
from shared.clock import SystemClock, calendar_date
from tests.bench import (
    bench_approvals,
    bench_desk,
    bench_eligibility_corrections,
    bench_evaluation,
    bench_letters,
    bench_openfisca,
    bench_openfisca_api,
    bench_partitions,
    bench_payments,
    bench_payout,
    bench_proposals,
    bench_registry,
    bench_requests,
    bench_reviews,
    bench_tasks,
)
from tests.support.databases import DatabaseServer

REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Written by `make bench`; not edited by hand. Read the ratios: absolute figures are one machine's on one day. Each part is
one run; a benchmark that is not here has not been run at its full size.
"""

BENCHMARKS: Mapping[str, tuple[str, Callable[..., Sequence[Any]]]] = {
    "approvals": ("100,000 proposals approved in bulk, their events published", bench_approvals.run),
    "corrections": (
        "1,000 of 1,000,000 enterprises corrected: judged again by themselves",
        bench_eligibility_corrections.run,
    ),
    "desk": ("The desk's page of a case beside its calls, a round approved from one page", bench_desk.run),
    "evaluation": ("All awards over 1,000,000 enterprises × 5 years, frames in memory", bench_evaluation.run),
    "letters": ("Letters of a round, made by a job and read as an archive", bench_letters.run),
    "openfisca": ("Five awards beside OpenFisca-core, 1,000,000 enterprises × 5 years", bench_openfisca.run),
    "openfisca-api": ("Five awards of one enterprise over HTTP beside OpenFisca's web API", bench_openfisca_api.run),
    "payout": ("100,000 decisions: outbox → Kafka → split, posted, ordered, funded", bench_payout.run),
    "payments": ("Payments in bulk: a second worker, a batch's file, reconciliation", bench_payments.run),
    "partitions": ("10,000,000 enterprises evaluated in partitions by two workers", bench_partitions.run),
    "proposals": ("1,000,000 enterprises: the registry's tables → proposals stored", bench_proposals.run),
    "registry": ("1,000,000 rows of annual sales: files in, snapshots and changes out", bench_registry.run),
    "reviews": ("100,000 reviews passed in bulk, 100,000 awards declined by silence", bench_reviews.run),
    "tasks": ("What waits for whom, of 100,000 that wait, over HTTP", bench_tasks.run),
    "requests": ("Single requests over HTTP beside bare FastAPI routes", bench_requests.run),
}


def main(arguments: list[str]) -> int:
    """Run the benchmarks that `arguments` name and write the report; returns the exit code."""
    sizes = {name: [int(size)] if size else [] for name, _, size in (each.partition("=") for each in arguments)}
    sizes = sizes or {name: [] for name in BENCHMARKS}
    unknown = sorted(set(sizes) - set(BENCHMARKS))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        state.chmod(0o755)
        supervisor = Supervisor(state)
        try:
            postgres = LocalPostgres(state / "postgres", state / "postgres.log")
            supervisor.start(postgres.spawn())
            broker = local_broker(state, state / "broker.log", os.environ.get("LOCAL_BROKER", "auto"))
            supervisor.start(broker.child)
            postgres.wait()
            broker.wait()
            sections = {
                name: _section(*BENCHMARKS[name], DatabaseServer(postgres.url), broker, *size)
                for name, size in sizes.items()
            }
        finally:
            supervisor.stop()
    whole = [section for name, section in sections.items() if not sizes[name]]
    REPORT.write_text(_report(REPORT.read_text("utf-8"), whole), "utf-8")
    print("\n".join(sections.values()))
    return 0


def _report(before: str, sections: Sequence[str]) -> str:
    """Return the report with `sections` in the place of those of the same title, in the order of BENCHMARKS."""
    known = {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in before.split("\n## ")[1:]}
    known |= {section.partition("\n")[0].removeprefix("## "): section for section in sections}
    return "\n".join([HEADING, *(known[title] for title, _ in BENCHMARKS.values() if title in known)])


def _machine(broker: Broker) -> str:
    memory = psutil.virtual_memory().total // 2**30
    return (
        f"{calendar_date(SystemClock().now())}, {os.cpu_count()} cores, {memory} GiB, {platform.system()}"
        f" {platform.machine()}, Python {platform.python_version()}, PostgreSQL 18, {broker.described}."
    )


def _section(title: str, run: Callable[..., Sequence[Any]], server: DatabaseServer, broker: Broker, *size: int) -> str:
    measured = run(server, broker, *size)
    figures = [line for line in measured if not isinstance(line, tuple)]
    ratios = [line for line in measured if isinstance(line, tuple)]
    rows = [
        f"| {figure.name} | {figure.done:,} | {figure.seconds:.2f} | {figure.per_second:,.0f} |" for figure in figures
    ]
    shown = [f"| {name} | {ratio:.2f} |" for name, ratio in ratios]
    return "\n".join(
        [
            f"## {title}\n\n{_machine(broker)}\n",
            "| ratio | measured |\n|---|---|",
            *shown,
            "\n| what | how many | seconds | per second |\n|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
