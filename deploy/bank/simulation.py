"""The bank: it takes a payment file in any format, pays, and answers in any format; by its seed it misbehaves.

It answers days late and in parts, says things twice, takes payments back after it has paid, gives another amount by a fen,
another currency or account, one payment twice in a message, and names payments that nobody ordered. `books` has what it did with
each payment; every wrong answer is followed by a right one.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from lxml import etree
from python_calamine import CalamineWorkbook

from deploy.bank.messages import ACCOUNT, Entry, report, statement

Outcome = Literal["settled", "failed", "returned"]
WORDS = {"settled": "支付成功", "failed": "支付失败", "returned": "退汇"}
CSV, XML = "text/csv", "application/xml"
_REASONS = {"failed": "账号不存在", "returned": "户名不符"}
_UNKNOWN = "0191999999997fff8fffffffffffffff"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of a file: the order's id without hyphens, and its amount in yuan as it is written there."""

    order: str
    amount: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the bank, which arrives `on` a day; `wrong` ones have to be refused."""

    content: bytes
    media_type: str
    on: date
    wrong: str | None = None


def read_file(content: bytes) -> tuple[str | None, list[Payment]]:
    """Return the payments of a file, and the number of its message if it has one."""
    if content.startswith(b"<?xml"):
        root = etree.fromstring(content)
        payments = [
            Payment(each.findtext(".//{*}EndToEndId"), each.findtext(".//{*}InstdAmt"))
            for each in root.iterfind(".//{*}CdtTrfTxInf")
        ]
        return root.findtext(".//{*}MsgId"), payments
    if content.startswith(b"PK"):
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        rows = [[str(cell) for cell in row] for row in cells]
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    order, amount = (next(i for i, cell in enumerate(rows[0]) if word in cell) for word in ("指令编号", "金额"))
    return None, [Payment(row[order].replace("-", ""), row[amount]) for row in rows[1:-3]]


class SimulatedBank:
    """A bank with an account of the payer, and what it did with each payment."""

    def __init__(self, seed: int, *, misbehaves: bool = True, failing: float = 0.1, returning: float = 0.1) -> None:
        """Decide everything by `seed`; a share of `failing` payments fails and one of `returning` comes back."""
        self._dice = random.Random(seed)  # noqa: S311 - a game, not a secret
        self._misbehaves = misbehaves
        self._failing, self._returning = failing, returning
        self._statements = 0
        self.books: dict[str, Outcome] = {}

    def outcome(self) -> Outcome:
        """Decide what becomes of a payment."""
        fate = self._dice.random()
        if fate < self._failing:
            return "failed"
        return "returned" if fate < self._failing + self._returning else "settled"

    def take(self, content: bytes, today: date) -> Iterator[Answer]:
        """Pay a file and yield the answers to it, in the order in which the bank sends them."""
        message, payments = read_file(content)
        fates = [(payment, self.outcome()) for payment in payments]
        self.books |= {payment.order: fate for payment, fate in fates}
        paid = [_entry(payment) for payment, fate in fates if fate != "failed"]
        failed = [_entry(payment, "F") for payment, fate in fates if fate == "failed"]
        back = [
            replace(_entry(payment, "B"), direction="CRDT", reason=_REASONS["returned"])
            for payment, fate in fates
            if fate == "returned"
        ]
        told: list[Answer] = []
        day = today
        for kind, entries in (
            ("settled", paid),
            ("failed", failed),
            ("returned", back),
        ):  # a return follows its payment
            for part in self._parts(entries):
                if self._misbehaves:
                    day += timedelta(days=self._dice.choice([0, 0, 1, 3]))
                dated = [replace(entry, day=day.isoformat()) for entry in part]
                if self._misbehaves and self._dice.random() < 0.5:
                    yield self._wrong(kind, message, dated)
                answer = self._said(kind, message, dated, as_message=self._writes_messages(message))
                told.append(answer)
                yield answer
                if self._misbehaves and self._dice.random() < 0.5:
                    yield replace(self._dice.choice(told), on=day)  # it says again what it has said

    def _parts(self, entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
        """Cut entries into parts: the bank answers bit by bit."""
        at = 0
        while at < len(entries):
            size = self._dice.randint(1, len(entries) - at) if self._misbehaves else len(entries)
            yield entries[at : at + size]
            at += size

    def _wrong(self, kind: str, message: str | None, part: Sequence[Entry]) -> Answer:
        """Return an answer in which one entry is wrong: nothing of it may count."""
        place, as_message = self._dice.randrange(len(part)), self._writes_messages(message)
        entry = part[place]
        fen = entry.amount[:-1] + str((int(entry.amount[-1]) + 1) % 10)
        wrong = {"another amount": [replace(entry, amount=fen)], "unknown id": [replace(entry, end_to_end=_UNKNOWN)]}
        if as_message:
            wrong |= {"another currency": [replace(entry, currency="USD")], "twice in one message": [entry, entry]}
            wrong |= {} if kind == "failed" else {"another account": [entry]}
        what = self._dice.choice(list(wrong))
        entries = [*part[:place], *wrong[what], *part[place + 1 :]]
        account = ACCOUNT[:-1] + "2" if what == "another account" else ACCOUNT
        return replace(self._said(kind, message, entries, as_message=as_message, account=account), wrong=what)

    def _writes_messages(self, message: str | None) -> bool:
        """Decide whether to answer by a message of ISO 20022; a file that was none is answered by a sheet."""
        return message is not None and self._dice.random() >= 0.3

    def _said(
        self, kind: str, message: str | None, entries: Sequence[Entry], *, as_message: bool, account: str = ACCOUNT
    ) -> Answer:
        """Write an answer in one of the bank's formats."""
        day = entries[0].day
        on = date.fromisoformat(day)
        if message is None or not as_message:
            return Answer(_csv(kind, entries), CSV, on)
        if kind == "failed":
            return Answer(report(message, *entries, made=f"{day}T09:00:00"), XML, on)
        self._statements += 1
        return Answer(
            statement(
                *entries,
                Entry("NOTPROVIDED", day=day),  # somebody else's payment from the same account
                kind=self._dice.choice(["camt.053.001.08", "camt.054.001.08"]),
                number=f"{day}-{self._statements}",
                made=f"{day}T18:00:00+08:00",
                account=account,
            ),
            XML,
            on,
        )


def _entry(payment: Payment, prefix: str = "R") -> Entry:
    return Entry(payment.order, payment.amount, reference=f"{prefix}{payment.order[:20]}")


def _csv(kind: str, entries: Sequence[Entry]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["支付指令编号", "结果", "日期", "银行流水号", "金额（元）", "原因"])
    for each in entries:
        order = "-".join(each.end_to_end[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
        rows.writerow([order, WORDS[kind], each.day, each.reference, each.amount, _REASONS.get(kind, "")])
    return text.getvalue().encode("gb18030")
