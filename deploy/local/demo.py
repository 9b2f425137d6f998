"""`make demo`: the main job on synthetic data, through real processes. Then the system stays up, or ends with `--once`."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from deploy.local import sample
from deploy.local.demo_client import DemoClient, DemoError
from deploy.local.processes import CannotStartError
from deploy.local.system import LocalSystem, run_until_stopped
from shared.clock import SystemClock, calendar_date
from shared.money import yuan

AWARD_YEARS = [2020, 2021, 2022, 2023, 2024]
UNITS = ("city", "liandu", "development_zone")
APPROPRIATION_FEN = 2_000_000_000

SAMPLE_ARRANGEMENT: dict[str, Any] = {
    "number": "SAMPLE-2020",
    "effective_from": "2020-01-02",
    "sample": True,
    "rows": [
        {"jurisdiction": place, "award": "*", "shares": shares, "remainder_to": shares[0]["unit"]}
        for place, shares in {
            "city": [{"unit": "city", "numerator": 1, "denominator": 1}],
            "liandu": [
                {"unit": "city", "numerator": 1, "denominator": 2},
                {"unit": "liandu", "numerator": 1, "denominator": 2},
            ],
            "development_zone": [{"unit": "development_zone", "numerator": 1, "denominator": 1}],
        }.items()
    ],
}
"""No real percentages are published, so these are invented, and marked as a sample wherever they are shown."""

console = Console(highlight=False)


def run_main_job(demo: DemoClient, state: Path) -> None:
    """Run the main job on the sample data and print what happens."""
    _import(demo, state)
    _arrange(demo)
    decisions = _decide(demo)
    _explain(demo, decisions)
    _pay(demo, decisions)
    _trace(demo, decisions)


def _import(demo: DemoClient, state: Path) -> None:
    console.rule("1  Monitoring data are imported (synthetic: invented names, codes that belong to nobody)")
    files = sample.write(sample.make(), state / "sample")
    console.print(f"CSV files with Chinese headings and yuan in {state / 'sample'}")
    table = Table("dataset", "file", "read", "accepted", "unchanged", "refused")
    refused: list[tuple[str, dict[str, Any]]] = []
    for dataset, file in files.items():
        job = demo.import_file(dataset, file)
        rows = job["rows"]
        counts = [f"{rows[name]:,}" for name in ("read", "accepted", "unchanged", "rejected")]
        table.add_row(dataset, file.name, *counts)
        refused += [(file.name, error) for error in demo.import_errors(job)]
    console.print(table)
    reasons = Table(
        "file", "line", "field", Column("reason", overflow="fold"), title="refused rows; all others were accepted"
    )
    for name, error in refused:
        reasons.add_row(name, str(error["line"]), error["field"] or "", error["message"])
    console.print(reasons)


def _arrange(demo: DemoClient) -> None:
    console.rule("2  A fiscal arrangement: drafted by one person, confirmed by another")
    arrangement = demo.arrange(SAMPLE_ARRANGEMENT)
    console.print(
        f"{arrangement['number']}, in force from {arrangement['effective_from']}: [bold]a sample[/bold], invented"
    )
    for row in arrangement["rows"]:
        shares = ", ".join(f"{s['unit']} {s['numerator']}/{s['denominator']}" for s in row["shares"])
        console.print(f"  in {row['jurisdiction']}: {shares}")
    year = calendar_date(SystemClock().now()).year
    for unit in UNITS:
        demo.appropriate(unit, year, APPROPRIATION_FEN, f"sample appropriation {year}")
    console.print(f"{yuan(APPROPRIATION_FEN)} yuan appropriated to each budget for {year}")


def _decide(demo: DemoClient) -> list[dict[str, Any]]:
    console.rule("3  The policy is applied: an evaluation proposes, another person approves")
    evaluation = demo.evaluate(AWARD_YEARS, calendar_date(SystemClock().now()).isoformat())
    console.print(f"evaluated at facts revision {evaluation['facts_revision']}: {evaluation['decisions']}")
    approval = demo.approve(evaluation["id"], "sample data, checked")
    console.print(f"approved {approval['approved']}, skipped {approval['skipped']}")
    decisions = demo.decisions(state="approved")
    table = Table("award", "article", "decisions", "yuan")
    for (award, article), count in sorted(Counter((d["award"], d["article"]) for d in decisions).items()):
        total = sum(d["entitlement_fen"] for d in decisions if d["award"] == award)
        table.add_row(award, article, str(count), yuan(total))
    console.print(table)
    return decisions


def _explain(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    console.rule("4  One decision explained in full")
    decision = next(d for d in decisions if d["award"] == "courier-rent")
    explanation = demo.get("auditor", f"eligibility:/v1/decisions/{decision['id']}/explanation")
    console.print(
        f"{explanation['title']} ({explanation['article']}), {explanation['payee']['name']}, {explanation['award_year']}"
    )
    for condition in explanation["conditions"]:
        _print_condition(condition, 1)
    for step in explanation["amount"]:
        console.print(f"  {step['title']}: {_measured(step)}", markup=False)
    console.print(f"  [bold]{yuan(explanation['entitlement_fen'])} yuan[/bold]")


def _print_condition(condition: dict[str, Any], depth: int) -> None:
    amounts = ""
    if "measured" in condition and "threshold" in condition:
        sign = condition["comparison"]["sign"]
        amounts = f": {_measured(condition['measured'])} {sign} {_measured(condition['threshold'])}"
    reading = "".join(f" [{name} = {value}]" for name, value in condition["readings"].items())
    line = f"{'  ' * depth}{condition['result']:<4} {condition['title']} ({condition['article']}){amounts}{reading}"
    console.print(line, markup=False)
    for inner in condition.get("within", []):
        _print_condition(inner, depth + 1)


def _measured(measured: dict[str, Any]) -> str:
    value, unit = measured["value"], measured["unit"]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if unit == "fen" and isinstance(value, int):
        return f"{yuan(value)} yuan"
    return f"{value:,} {unit}" if isinstance(value, int) and unit == "count" else str(value)


def _pay(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    console.rule("5  Decisions travel over Kafka; payout splits them and issues payment orders")
    demo.wait_for_orders(decisions)
    demo.wait_for_funding()
    year = calendar_date(SystemClock().now()).year
    table = Table("budget", "appropriated", "ordered", "still needed", "free", title=f"{year}, yuan")
    for unit in UNITS:
        budget = demo.get("auditor", f"payout:/v1/budgets/{unit}/{year}")
        amounts = (
            budget["appropriated_fen"],
            budget["ordered_fen"],
            budget["forecast"]["amount_fen"],
            budget["free_fen"],
        )
        table.add_row(unit, *(yuan(fen) for fen in amounts))
    console.print(table)
    orders = demo.orders()
    states = Counter(o["state"] if o["waiting_for"] is None else f"waiting for {o['waiting_for']}" for o in orders)
    console.print(f"{len(orders)} payment orders: " + ", ".join(f"{n} {state}" for state, n in states.most_common()))


def _trace(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    console.rule("6  One award from row to payment order")
    decision = next((d for d in decisions if d["award"] == "logistics-hub"), decisions[0])
    receipt = demo.get("auditor", f"eligibility:/v1/decisions/{decision['id']}/receipt")
    for dataset, rows in receipt["inputs"].items():
        for row in rows[:2]:
            console.print(f"  row       {dataset} {row}", markup=False)
    console.print(
        f"  decision  {decision['id']} version {decision['version']}: {decision['award']} {decision['subject']}"
        f" {yuan(decision['entitlement_fen'])} yuan, proposed by {decision['proposed_by']},"
        f" approved by {decision['approved_by']}"
    )
    award = demo.get("auditor", f"payout:/v1/awards/{decision['award_id']}")
    for share in award["shares"]:
        console.print(f"  share     {share['unit']} owes {yuan(share['entitlement_fen'])}")
    for order in award["orders"]:
        waits = f", waiting for {order['waiting_for']}" if order["waiting_for"] else ""
        console.print(
            f"  order     {order['id']} {order['unit']} instalment {order['instalment']}, due {order['due_year']}:"
            f" {yuan(order['amount_fen'])} {order['state']}{waits}"
        )


def _print_addresses(system: LocalSystem) -> None:
    console.rule("Where to look")
    for service in ("registry", "eligibility", "payout"):
        console.print(f"{service:<12}{system.url(service)}/docs")
    console.print(
        f"tokens      POST {system.url('issuer')}/oauth/token, HTTP Basic, clients in {system.state / 'clients.json'}"
    )
    console.print("            (this issuer is for demonstrations: it listens on loopback only)")


def main(arguments: list[str]) -> int:
    """Run the demonstration; returns the exit code."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    environment = {"ELIGIBILITY_NOTICE_WORKING_DAYS": "0", **os.environ}
    system: LocalSystem | None = None
    demo: DemoClient | None = None
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True)
    try:
        system = LocalSystem(Path(os.environ.get("STATE_DIR") or ".local/demo"), environment)
        system.start()
        with bar:
            task = bar.add_task("", total=None)
            urls = {service: system.url(service) for service in ("issuer", "registry", "eligibility", "payout")}
            demo = DemoClient(
                urls,
                system.clients,
                lambda name, done, total: bar.update(task, description=name, completed=done, total=total),
            )
            run_main_job(demo, system.state)
        _print_addresses(system)
        if "--once" not in arguments:
            console.print("Press Ctrl-C to stop.")
            run_until_stopped(system, stopping)
    except (CannotStartError, DemoError) as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1
    finally:
        if demo is not None:
            demo.close()
        if system is not None:
            system.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
