"""`make demo`: the main job on synthetic data, through real processes. Then the system stays up, or ends with `--once`."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from deploy.bank.simulation import SimulatedBank
from deploy.local.demo_client import DemoClient, DemoError
from deploy.local.demo_round import play_round
from deploy.local.processes import CannotStartError
from deploy.local.sample import files
from deploy.local.sample.domain import AWARD_YEARS
from deploy.local.system import LocalSystem, print_addresses, run_until_stopped
from services.eligibility.cli import CONDITION_RESULTS, EVALUATED
from services.eligibility.decisions.export import COLUMNS as DECISIONS
from services.payout.orders.export import COLUMNS as ORDERS
from services.registry.cli import columns_of
from shared import cli
from shared.catalogue.datasets import CATALOGUE
from shared.cli import console, say
from shared.clock import SystemClock, calendar_date
from shared.i18n import N_, default_language
from shared.media_types import XML
from shared.money import yuan
from shared.policies import AWARD_TITLES, JURISDICTIONS, UNITS
from shared.spreadsheets import TableColumn

APPROPRIATION_FEN = 4_000_000_000
PAID_UNIT = "development_zone"
"""Whose orders the simulated bank pays; those of the other budgets wait for whoever tries it out."""

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

_IMPORTED = (
    TableColumn("File", "file"),
    TableColumn("Rows read", "rows.read", "whole"),
    TableColumn("Passed over", "skipped", "whole"),
    TableColumn("Accepted", "rows.accepted", "whole"),
    TableColumn("Unchanged", "rows.unchanged", "whole"),
    TableColumn("Refused", "rows.rejected", "whole"),
)
_REFUSED = (
    TableColumn("File", "file"),
    TableColumn("Sheet", "sheet_name"),
    TableColumn("Cell or line", "place"),
    TableColumn("What is wrong", "message"),
)
_SHARED = (
    TableColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    TableColumn("Budget unit", "unit", "word", UNITS),
    TableColumn("Share", "share"),
)
_DECIDED = (
    TableColumn("Award", "award", "word", AWARD_TITLES),
    TableColumn("Article", "article"),
    TableColumn("Decisions", "decisions", "whole"),
    TableColumn("Amount (yuan)", "amount_fen", "yuan"),
)
_BUDGETS = (
    TableColumn("Budget unit", "unit", "word", UNITS),
    TableColumn("Appropriated (yuan)", "appropriated_fen", "yuan"),
    TableColumn("Ordered (yuan)", "ordered_fen", "yuan"),
    TableColumn("Still needed (yuan)", "forecast.amount_fen", "yuan"),
    TableColumn("Free (yuan)", "free_fen", "yuan"),
)
_SHARES = (TableColumn("Budget unit", "unit", "word", UNITS), TableColumn("Share (yuan)", "entitlement_fen", "yuan"))
_WAITS = TableColumn("Waits for", "waiting_for", "word")
_TRACED = {"id", "unit", "instalment", "due_year", "amount_fen", "state"}


def run_main_job(demo: DemoClient, state: Path) -> None:
    """Run the main job on the sample data and print what happens."""
    _import(demo, state)
    _arrange(demo)
    decisions = _decide(demo)
    _explain(demo, decisions)
    _pay(demo, decisions)
    _trace(demo, decisions)
    _settle(demo, state / "bank")
    begin("8  A round: enterprises confirm, offices review, one case is refused")
    play_round(demo, calendar_date(SystemClock().now()))


def _import(demo: DemoClient, state: Path) -> None:
    begin("1  Monitoring data are imported (synthetic: names and codes are invented)")
    sent = files.write(files.make(), state / "sample")
    say(
        "Exports, a workbook with a sheet for each dataset, and a county's form are in {folder}",
        folder=state / "sample",
    )
    jobs = [(file, demo.import_file(file.dataset, file.path)) for file in sent]
    cli.table([job | {"file": file.path.name} for file, job in jobs], _IMPORTED)
    refused = [(file, error) for file, job in jobs if job["rows"]["rejected"] for error in demo.import_errors(job)]
    cli.table([_placed(file, error) for file, error in refused], _REFUSED, N_("Refused rows; all others were accepted"))
    form, job = jobs[-1]
    for warning in job["warnings"]:
        examples, count = cli.as_word(warning["examples"]), warning["count"]
        more = cli.translated(", {count} in all", count=count) if count > len(warning["examples"]) else ""
        console.print(f"{form.path.name}: {warning['message']} {examples}{more}", markup=False)
    _correct(demo, form, job)


def _placed(file: files.SampleFile, error: dict[str, Any]) -> dict[str, Any]:
    return error | {"file": file.path.name, "place": error["cell"] or str(error["line"])}


def _correct(demo: DemoClient, form: files.SampleFile, job: dict[str, Any]) -> None:
    say("The refused rows of {file} are corrected and sent again:", file=form.path.name)
    corrected = form.path.with_name(f"{form.path.stem}（更正）.csv")
    rows = demo.refused_rows(job, corrected)
    edits = " ".join(f"-e 's/{wrong}/{right}/'" for wrong, right in files.CORRECTIONS.items())
    _show_command(f"sed -i {edits} {corrected}")
    for wrong, right in files.CORRECTIONS.items():
        rows = rows.replace(wrong, right)
    corrected.write_text(rows, "utf-8")
    cli.table([demo.import_file(form.dataset, corrected) | {"file": corrected.name}], _IMPORTED)


def _arrange(demo: DemoClient) -> None:
    begin("2  A fiscal arrangement: drafted by one person, confirmed by another")
    arrangement = demo.arrange(SAMPLE_ARRANGEMENT)
    say(
        "{number}, in force from {day}: [bold]a sample[/bold], invented",
        number=arrangement["number"],
        day=arrangement["effective_from"],
    )
    shares = [
        {"jurisdiction": row["jurisdiction"], "unit": s["unit"], "share": f"{s['numerator']}/{s['denominator']}"}
        for row in arrangement["rows"]
        for s in row["shares"]
    ]
    cli.table(shares, _SHARED)
    year = calendar_date(SystemClock().now()).year
    for unit in UNITS:
        demo.appropriate(unit, year, APPROPRIATION_FEN, cli.translated("sample appropriation {year}", year=year))
    say("{amount} yuan are appropriated to each budget for {year}", amount=yuan(APPROPRIATION_FEN), year=year)


def _decide(demo: DemoClient) -> list[dict[str, Any]]:
    begin("3  The policy is applied: an evaluation proposes, another person approves")
    evaluation = demo.evaluate(list(AWARD_YEARS), calendar_date(SystemClock().now()).isoformat())
    say(EVALUATED, id=evaluation["id"], revision=evaluation["facts_revision"], **evaluation["decisions"])
    approval = demo.approve(evaluation["id"], cli.translated("sample data, checked"))
    say("Approved: {approved}.", approved=approval["approved"])
    decisions = demo.decisions(state="approved")
    rows = []
    for award in AWARD_TITLES:
        of_award = [each for each in decisions if each["award"] == award]
        amount = sum(each["entitlement_fen"] for each in of_award)
        article = of_award[0]["article"] if of_award else None
        rows.append({"award": award, "article": article, "decisions": len(of_award), "amount_fen": amount})
    cli.table(rows, _DECIDED)
    return decisions


def _explain(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    begin("4  One decision explained in full")
    decision = next(d for d in decisions if d["award"] == "courier-rent")
    explanation = demo.get("auditor", f"eligibility:/v1/decisions/{decision['id']}/explanation")
    say(
        "{title} ({article}), {payee}, {year}",
        title=explanation["title"],
        article=explanation["article"],
        payee=explanation["payee"]["name"],
        year=explanation["award_year"],
    )
    for condition in explanation["conditions"]:
        _print_condition(condition, 1)
    for step in explanation["amount"]:
        console.print(f"  {step['sentence']}", markup=False)
    console.print(explanation["sentence"], markup=False)


def _print_condition(condition: dict[str, Any], depth: int) -> None:
    result = cli.as_word(condition["result"], CONDITION_RESULTS)
    basis = condition["basis"]["title"]
    within = condition.get("within", [])
    said = condition["title"] if within else condition["sentence"]
    line = Table.grid(padding=(0, 2))  # a sentence goes on below itself
    line.add_column()
    line.add_column(overflow="fold")  # Chinese has no spaces to break at
    line.add_row(Text(f"{'  ' * depth}{result}"), Text(f"{said}  [{basis}]"))
    console.print(line)
    for inner in within:
        _print_condition(inner, depth + 1)


def _pay(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    begin("5  Decisions travel over Kafka; payout splits them and issues payment orders")
    demo.wait_for_orders(decisions)
    demo.wait_for_funding()
    year = calendar_date(SystemClock().now()).year
    budgets = [demo.get("auditor", f"payout:/v1/budgets/{unit}/{year}") for unit in UNITS]
    cli.table(budgets, _BUDGETS, N_("Budgets of {year}"), year=year)
    orders = Counter((order["state"], order["waiting_for"]) for order in demo.orders())
    rows = [{"state": s, "waiting_for": waits, "orders": number} for (s, waits), number in orders.most_common()]
    cli.table(rows, [*_shown(ORDERS, {"state"}), _WAITS, TableColumn("Payment orders", "orders", "whole")])


def _trace(demo: DemoClient, decisions: list[dict[str, Any]]) -> None:
    begin("6  One award from row to payment order")
    decision = next((d for d in decisions if d["award"] == "logistics-hub"), decisions[0])
    receipt = demo.get("auditor", f"eligibility:/v1/decisions/{decision['id']}/receipt")
    for dataset, rows in receipt["inputs"].items():
        if rows and dataset in CATALOGUE:
            of = CATALOGUE[dataset]
            columns = [column for column in columns_of(of) if column.path in rows[0]]
            cli.table(rows[:2], columns, cli.as_word(dataset, {dataset: (of.zh, of.en)}))
    cli.table(
        [decision],
        _shown(DECISIONS, {"id", "award", "subject", "version", "entitlement_fen", "proposed_by", "approved_by"}),
    )
    award = demo.get("auditor", f"payout:/v1/awards/{decision['award_id']}")
    cli.table(award["shares"], _SHARES)
    cli.table(award["orders"], [*_shown(ORDERS, _TRACED), _WAITS])


def _settle(demo: DemoClient, folder: Path) -> None:
    begin("7  A simulated bank takes a payment file, pays, and answers")
    if not demo.orders(unit=PAID_UNIT, state="issued"):
        say("The bank has answered this payment file before: the system goes on where it was.")
        return
    job = demo.post("finance-checker", "payout:/v1/payment-orders/approvals", {"unit": PAID_UNIT})
    demo.wait_for_job("finance-checker", f"payout:/v1/payment-orders/approvals/{job['id']}", N_("approval"))
    batch = demo.post("finance-maker", "payout:/v1/payment-batches", {"unit": PAID_UNIT})
    path = f"payout:/v1/payment-batches/{batch['id']}"
    sent = demo.call("bank", "GET", f"{path}/file", params={"format": "pain.001"}).content
    folder.mkdir(parents=True, exist_ok=True)
    bank = SimulatedBank(2026, misbehaves=False)
    for number, answer in enumerate(bank.take(sent, calendar_date(SystemClock().now())), 1):
        file = folder / f"{number}.{'xml' if answer.media_type == XML else 'csv'}"
        file.write_bytes(answer.content)
        demo.call("bank", "POST", f"{path}/results", content=file, headers={"Content-Type": answer.media_type})
    answered = demo.get("auditor", path)
    states = Counter(order["state"] for order in demo.orders(batch_id=batch["id"]))
    rows = [{"state": state, "orders": number} for state, number in states.most_common()]
    cli.table(rows, [*_shown(ORDERS, {"state"}), TableColumn("Payment orders", "orders", "whole")])
    say("{amount} yuan were sent", amount=yuan(answered["total_fen"]))


def _shown(columns: Sequence[TableColumn], paths: Collection[str]) -> list[TableColumn]:
    return [column for column in columns if column.path in paths]


def _print_addresses(system: LocalSystem) -> None:
    begin("Where to look")
    print_addresses(system)


def begin(message: str) -> None:
    """Print the heading of a part."""
    console.rule(cli.translated(message))


def _show_command(command: str) -> None:
    console.print(f"$ {command}", style="dim", markup=False, highlight=False, soft_wrap=True)


def main(arguments: list[str]) -> int:
    """Run the demonstration; returns the exit code."""
    cli.speak(default_language())
    if unknown := [each for each in arguments if each != "--once"]:
        say(
            "Not an argument of the demonstration: {unknown}. With `--once` it ends by itself; else it stays up until Ctrl-C.",
            unknown=" ".join(unknown),
        )
        return 2
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
                lambda name, done, total: bar.update(
                    task, description=cli.translated(name), completed=done, total=total
                ),
                _show_command,
            )
            say("Each command that follows can be repeated in bash after: . {file}", file=system.state / "shell")
            say(
                "A command answers in JSON, and the tables are made of the same figures. "
                "Creating something twice is refused or gives the same."
            )
            run_main_job(demo, system.state)
        _print_addresses(system)
        if "--once" not in arguments:
            say("Press Ctrl-C to stop.")
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
