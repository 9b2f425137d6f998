"""A batch as a pain.001 (CustomerCreditTransferInitiationV09), written column by column: there may be 100,000 payments.

An order's EndToEndId is its id without hyphens. What the schema has no place for, and the seal, is supplementary data.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from services.payout.batches.files import ADDED, FREE, HEADINGS, PaymentFile, yuan_of
from services.payout.batches.iso20022.documents import OWN, PAIN_001, PAYMENTS, SEALED
from services.payout.batches.iso20022.values import CURRENCY, end_to_end_id, fen_of, order_id_of
from shared import spreadsheets
from shared.clock import SHANGHAI
from shared.errors import Conflict, FieldError
from shared.files.domain import refused_for
from shared.files.reader import read_xml

_MAX_NAME = 140
_BANK = "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>{}</MmbId></ClrSysMmbId></FinInstnId>"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{namespace}"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{made}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>\
<InitgPty><Nm>{payer}</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>{id}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg><NbOfTxs>{count}</NbOfTxs>\
<CtrlSum>{sum}</CtrlSum><ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt><Dbtr><Nm>{payer}</Nm></Dbtr>\
<DbtrAcct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>{currency}</Ccy></DbtrAcct><DbtrAgt>{bank}</DbtrAgt>
"""
_PAYMENT = (
    "<CdtTrfTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId>"
    f'<Amt><InstdAmt Ccy="{CURRENCY}">{{}}</InstdAmt></Amt>'
    f"<CdtrAgt>{_BANK}</CdtrAgt>"
    "<Cdtr><Nm>{}</Nm><Id><OrgId><Othr><Id>{}</Id><SchmeNm><Prtry>USCC</Prtry></SchmeNm></Othr></OrgId></Id></Cdtr>"
    "<CdtrAcct><Id><Othr><Id>{}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>{}</Ustrd></RmtInf>"
    f'<SplmtryData><Envlp><order xmlns="{OWN}"{{}}/></Envlp></SplmtryData></CdtTrfTxInf>'
)
_TAIL = """</PmtInf>
<SplmtryData><Envlp><seal xmlns="{own}" checksum={checksum}>{seal}</seal></Envlp></SplmtryData>
</CstmrCdtTrfInitn></Document>
"""


def write(file: PaymentFile) -> bytes:
    """Return the message; raises Conflict if the payer's account is not known, or a payee's name is too long for it."""
    if file.payer is None:
        raise Conflict(
            "The setting PAYOUT_PAYERS has no account of this unit. Take the file as CSV or XLSX, or set it."
        )
    rows = file.rows
    if "award_id" not in rows.columns:
        raise Conflict("This batch was built before payments had a purpose in words. Take its file as CSV or XLSX.")
    long = rows.filter(pl.col("holder").str.len_chars() > _MAX_NAME)
    if long.height:
        raise Conflict(
            "The account holder of {count} orders has more than 140 characters, which pain.001 cannot hold. Take the file as"
            " CSV or XLSX.",
            count=long.height,
        )
    count, total = rows.height, yuan_of(int(rows["amount_fen"].sum()))
    buffer = io.BytesIO()
    buffer.write(
        _HEAD.format(
            namespace=PAIN_001.namespace,
            id=end_to_end_id(file.batch_id),
            made=file.built_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            count=count,
            sum=total,
            day=file.day.isoformat(),
            payer=escape(file.payer.name),
            number=file.payer.number,
            bank=_BANK.format(file.payer.bank_code),
            currency=CURRENCY,
        ).encode()
    )
    _payments(rows).write_csv(buffer, include_header=False, quote_style="never")
    tail = _TAIL.format(own=OWN, checksum=quoteattr(file.checksum), seal=escape(file.seal))
    buffer.write(tail.encode())
    return buffer.getvalue()


def read(content: bytes) -> tuple[pl.DataFrame, str | None, str | None]:
    """Return the rows of a message that `write` made, its checksum and its seal; raises FileRefused."""
    _, elements = read_xml(content, [PAIN_001])
    rows: list[dict[str, object]] = []
    mistakes: list[FieldError] = []
    for element in elements:
        values = element.values
        if element.part != PAYMENTS:
            continue
        order_id, amount = order_id_of(values["order_id"]), fen_of(values["amount"] or "")
        if order_id is None or amount is None or values["currency"] != CURRENCY or values["award_id"] is None:
            mistakes.append(FieldError(element.at, "not_of_a_batch", "This is not a row of a batch's file."))
            continue
        rows.append({**values, "place": len(rows) + 1, "order_id": order_id, "amount_fen": amount})
    if mistakes or not rows:
        raise refused_for(mistakes or [FieldError("", "no_rows", "The message has no payment.")])
    schema = {name: {"place": pl.UInt32, "amount_fen": pl.Int64}.get(name, pl.String) for name in HEADINGS}
    last = next((element.values for element in elements if element.part == SEALED), {})
    return pl.DataFrame(rows, schema), last.get("checksum"), last.get("seal")


def _payments(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one payment for each row, as text."""
    safe = rows.with_columns(_escaped(rows[name]) for name in FREE)
    order = pl.concat_str(
        pl.format(f' {name}="{{}}"', name).fill_null("") for name in ADDED if rows[name].null_count() < rows.height
    )
    return safe.select(
        pl.format(
            _PAYMENT,
            pl.col("order_id").str.replace_all("-", "", literal=True),
            spreadsheets.yuan_text("amount_fen"),
            "bank_code",
            "holder",
            "payee_uscc",
            "number",
            "purpose",
            order,
        )
    )


def _escaped(texts: pl.Series) -> pl.Series:
    texts = spreadsheets.without_direction(texts)
    if not texts.str.contains('[&<>"]').any():
        return texts
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        texts = texts.str.replace_all(character, entity, literal=True)
    return texts
