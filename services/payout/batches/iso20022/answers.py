"""A bank's message about payments (pain.002, camt.053, camt.054) as results of orders. Pure.

Each mistake names the element that it is in. What concerns no order of ours and what is not booked yet is passed over, counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.payout.batches.domain import BankResult, Mistake
from services.payout.batches.iso20022.documents import (
    ENTRY,
    GROUP,
    HEADER,
    INSTRUCTION,
    PAIN_002,
    STATEMENT,
    TRANSACTION,
)
from services.payout.batches.iso20022.values import CURRENCY, day_of, fen_of, order_id_of
from shared.errors import FieldError
from shared.files.domain import Warnings
from shared.files.xml import XmlElement
from shared.free_text import strike_optional
from shared.i18n import N_
from shared.spelling import spell_code

Values = Mapping[str, str | None]

_REJECTED = ("RJCT",)
_PASSED_OVER = {
    "not_ours": N_("Entries about other payments are passed over."),
    "not_booked": N_("Entries that are not booked yet are passed over."),
    "not_final": N_(
        "Payments that the bank has accepted but not rejected are passed over; its statement says when they are paid."
    ),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement or notification of an account: its place, its number and year, and the account's number."""

    at: str
    kind: str
    number: str
    year: int
    account: str


@dataclass(slots=True)
class Message:
    """What a message says of orders. `message` is the file that a pain.002 answers, `rejected` its rejection as a whole."""

    results: list[BankResult] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    message: str | None = None
    rejected: BankResult | None = None
    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        """How many entries were passed over."""
        return self.passed_over.total()

    @property
    def warnings(self) -> Warnings:
        """What was passed over, by reason."""
        found = Warnings()
        for code, count in self.passed_over.items():
            found.warn(code, _PASSED_OVER[code], [], count=count)
        return found

    def refuse(self, at: str, code: str, message: str, **parameters: object) -> None:
        """Add a mistake in the entry that is read."""
        self.mistakes.append((self.read, FieldError(at, code, message, **parameters)))


def read_message(name: str, elements: Sequence[XmlElement]) -> Message:
    """Return what the elements of a message say."""
    message = Message()
    own: dict[int, dict[str, XmlElement]] = defaultdict(dict)
    for element in elements:
        own[element.part][element.at] = element
    header = next(iter(own[HEADER].values())).values
    if name == PAIN_002.name:
        _read_report(message, own, header)
    else:
        _read_statements(message, own, header)
    _refuse_repeated(message)
    return message


def _read_report(message: Message, own: Mapping[int, Mapping[str, XmlElement]], header: Values) -> None:
    (group,) = own[GROUP].values()
    message.message = group.values["message"]
    whole = [each for each in (group, *own[INSTRUCTION].values()) if each.values["status"] in _REJECTED]
    for element in own[TRANSACTION].values():
        values, at = element.values, element.at
        order_id = order_id_of(values["end_to_end"])
        instruction = own[INSTRUCTION][at.rpartition("/")[0]]
        if order_id is None:
            message.passed_over["not_ours"] += 1
        elif not _is_rejected(values, instruction.values, group.values):
            message.passed_over["not_final"] += 1
        else:
            message.read += 1
            reference = values["reference"] or values["status_id"] or header["number"]
            _add(message, at, order_id, "failed", values, values["instant"] or header["made"], reference)
    if whole and not own[TRANSACTION]:
        first = whole[0]
        message.read += 1
        _add(message, first.at, "", "failed", first.values, header["made"], header["number"])
        message.rejected = message.results.pop() if message.results else None


def _is_rejected(*levels: Values) -> bool:
    """Return whether the innermost status that is given is a rejection."""
    return next((each["status"] for each in levels if each["status"]), None) in _REJECTED


def _read_statements(message: Message, own: Mapping[int, Mapping[str, XmlElement]], header: Values) -> None:
    for statement in own[STATEMENT].values():
        values = statement.values
        made = day_of(values["until"] or values["made"] or header["made"] or "")
        message.statements.append(
            Statement(
                statement.at,
                statement.at.partition("[")[0],
                spell_code(values["number"] or ""),
                made.year if made else 0,
                values["account"] or values["iban"] or "",
            )
        )
    details: dict[str, list[XmlElement]] = defaultdict(list)
    for element in own[TRANSACTION].values():
        details[element.at.rpartition("/")[0]].append(element)
    for entry in own[ENTRY].values():
        statement_number = own[STATEMENT][entry.at.partition("/")[0]].values["number"]
        place = entry.at.rpartition("[")[2].rstrip("]")
        transactions = details[entry.at]
        if not transactions:
            message.passed_over["not_ours"] += 1
        for element in transactions:
            several: Values = {} if len(transactions) == 1 else {"amount": None, "currency": None}
            alone = {**entry.values, **several}
            fallback = f"{statement_number}/{entry.values['entry'] or place}"
            _read_transaction(message, element, alone, fallback)


def _read_transaction(message: Message, element: XmlElement, entry: Values, fallback: str) -> None:
    order_id = order_id_of(element.values["end_to_end"])
    if order_id is None:
        message.passed_over["not_ours"] += 1
        return
    if entry["status"] != "BOOK":
        message.passed_over["not_booked"] += 1
        return
    message.read += 1
    values = dict(element.values)
    for name in ("amount", "currency", "direction"):
        values[name] = values[name] or entry[name]
    if values["direction"] == "DBIT" and entry["reversal"] in ("true", "1"):
        text = N_("The entry takes back a return. Propose a correction of the order's result.")
        message.refuse(element.at, "reversal", text)
        return
    if values["amount"] is None:
        message.refuse(element.at, "no_amount", N_("The transaction must have its amount: the entry has several."))
        return
    outcome = "settled" if values["direction"] == "DBIT" else "returned"
    reference = values["reference"] or entry["reference"] or fallback
    _add(message, element.at, order_id, outcome, values, entry["day"] or entry["instant"], reference)


def _add(
    message: Message, at: str, order_id: str, outcome: str, values: Values, day: str | None, reference: str | None
) -> None:
    amount = values.get("amount")
    fen = fen_of(amount) if amount else None
    occurred_on = day_of(day) if day else None
    if amount and values["currency"] != CURRENCY:
        message.refuse(at, "another_currency", N_("The amount must be in yuan (CNY)."))
    elif amount and fen is None:
        message.refuse(at, "part_of_a_fen", N_("The amount must have at most two decimals."))
    elif occurred_on is None:
        message.refuse(at, "no_day", N_("The entry must have the day on which it was booked."))
    else:
        reason = " ".join(filter(None, (values.get(name) for name in ("reason_code", "reason_words", "reason"))))
        message.results.append(
            BankResult(
                order_id=order_id,
                outcome=outcome,
                occurred_on=occurred_on,
                bank_reference=spell_code(reference or ""),
                reason=strike_optional(reason[:500] or None),
                amount_fen=fen,
                line=message.read,
                at=at,
            )
        )


def _refuse_repeated(message: Message) -> None:
    """Refuse results of one kind that are there twice: an order that was booked twice was perhaps paid twice."""
    of: dict[tuple[str, str], list[BankResult]] = defaultdict(list)
    for result in message.results:
        of[result.order_id, result.outcome].append(result)
    repeated = {id(each): own for own in of.values() if len(own) > 1 for each in own}
    for result in message.results:
        if id(result) in repeated:
            others = ", ".join(each.at for each in repeated[id(result)] if each is not result)
            text = N_(
                "The payment with this EndToEndId is in the message again, at {others}. Ask the bank which is right."
            )
            message.mistakes.append((result.line, FieldError(result.at, "repeated", text, others=others[:200])))
    message.results = [each for each in message.results if id(each) not in repeated]
