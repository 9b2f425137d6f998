"""What a bank says of payments as messages of ISO 20022, written as its software would: independent of what reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.policies import UNITS

ACCOUNT = "33050169000000000001"
"""The account from which the demonstration's units pay."""
PAYERS = {
    unit: {"name": f"{zh}财政（示例）", "number": ACCOUNT, "bank_code": "105343000012"}
    for unit, (zh, _) in UNITS.items()
}
"""The setting PAYOUT_PAYERS of the demonstration."""


@dataclass(frozen=True)
class Entry:
    """A booked transaction of a statement, or a transaction of a status report (`status`)."""

    end_to_end: str
    amount: str = "10.00"
    direction: str = "DBIT"
    currency: str = "CNY"
    booked: str = "BOOK"
    day: str = "2026-03-02"
    reference: str = "R1"
    reason: str = ""
    status: str = "RJCT"
    reversal: bool = False


def statement(
    *entries: Entry,
    kind: str = "camt.053.001.08",
    number: str = "2026-001",
    made: str = "2026-03-02T18:00:00+08:00",
    account: str = ACCOUNT,
) -> bytes:
    """Return a camt.053, or a camt.054 by `kind`, with one statement."""
    root, tag = ("BkToCstmrStmt", "Stmt") if "053" in kind else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    balance = (
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2026-03-02</Dt></Dt></Bal>"
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}'><{root}>"
        f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>"
        f"<{tag}><Id>{number}</Id><CreDtTm>{made}</CreDtTm><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        f"{balance if tag == 'Stmt' else ''}{''.join(map(_entry, entries))}</{tag}></{root}></Document>"
    ).encode()


def _entry(entry: Entry) -> str:
    returned = f"<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>{entry.reason}</AddtlInf></RtrInf>" if entry.reason else ""
    return (
        f"<Ntry><Amt Ccy='{entry.currency}'>{entry.amount}</Amt><CdtDbtInd>{entry.direction}</CdtDbtInd>"
        f"{'<RvslInd>true</RvslInd>' if entry.reversal else ''}<Sts><Cd>{entry.booked}</Cd></Sts>"
        f"<BookgDt><Dt>{entry.day}</Dt></BookgDt><AcctSvcrRef>{entry.reference}</AcctSvcrRef>"
        "<BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{entry.end_to_end}</EndToEndId></Refs>{returned}</TxDtls></NtryDtls></Ntry>"
    )


def report(message: str, *entries: Entry, group: str = "", made: str = "2026-03-02T10:00:00") -> bytes:
    """Return a pain.002 that answers the file `message`."""
    transactions = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{each.end_to_end}</OrgnlEndToEndId><TxSts>{each.status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>{each.reason or '账号不存在'}</AddtlInf></StsRsnInf>"
        f"<AcctSvcrRef>{each.reference}</AcctSvcrRef>"
        f"<OrgnlTxRef><Amt><InstdAmt Ccy='{each.currency}'>{each.amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>"
        for each in entries
    )
    status = f"<GrpSts>{group}</GrpSts>" if group else ""
    instruction = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>{transactions}</OrgnlPmtInfAndSts>"
    return (
        "<?xml version='1.0' encoding='UTF-8'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'>"
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>S1</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{status}"
        f"</OrgnlGrpInfAndSts>{instruction if entries else ''}</CstmrPmtStsRpt></Document>"
    ).encode()


def plain(ids: Iterable[str]) -> list[str]:
    """Return order ids as EndToEndIds."""
    return [each.replace("-", "") for each in ids]
