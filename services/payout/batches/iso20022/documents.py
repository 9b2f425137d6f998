"""What is read of each message of ISO 20022, and the schema that it has to follow."""

from __future__ import annotations

from pathlib import Path

from shared.files.xml import XmlDocument, XmlPart

_SCHEMAS = Path(__file__).with_name("schemas")
PAYMENTS, SEALED = range(2)
"""Parts of a pain.001."""
HEADER, GROUP, INSTRUCTION, TRANSACTION = range(4)
"""Parts of a pain.002; the first and the last of a camt message too."""
STATEMENT, ENTRY = 1, 2
"""Parts of a camt message."""

OWN = "urn:ecommerce-subsidies:payment:1"
"""The namespace of what is carried as supplementary data."""


def _document(name: str, *parts: XmlPart) -> XmlDocument:
    return XmlDocument(name, f"urn:iso:std:iso:20022:tech:xsd:{name}", str(_SCHEMAS / f"{name}.xsd"), parts)


_ORDER = f"SplmtryData/Envlp/{{{OWN}}}order"

PAIN_001 = _document(
    "pain.001.001.09",
    XmlPart(
        ("CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf"),
        {
            "order_id": "PmtId/EndToEndId",
            "holder": "Cdtr/Nm",
            "payee_uscc": "Cdtr/Id/OrgId/Othr/Id",
            "bank_code": "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId",
            "number": "CdtrAcct/Id/Othr/Id",
            "amount": "Amt/InstdAmt",
            "currency": "Amt/InstdAmt@Ccy",
            "purpose": "RmtInf/Ustrd",
            **{
                name: f"{_ORDER}@{name}"
                for name in ("indicator", "project", "function_code", "economic_code", "award_id", "instalment")
            },
        },
    ),
    XmlPart(
        ("CstmrCdtTrfInitn", "SplmtryData"),
        {"checksum": f"Envlp/{{{OWN}}}seal@checksum", "seal": f"Envlp/{{{OWN}}}seal"},
    ),
)

_REPORT, _INSTRUCTION = "CstmrPmtStsRpt", "OrgnlPmtInfAndSts"
_REASON = {
    "reason_code": "StsRsnInf/Rsn/Cd",
    "reason_words": "StsRsnInf/Rsn/Prtry",
    "reason": "StsRsnInf/AddtlInf",
}
PAIN_002 = _document(
    "pain.002.001.10",
    XmlPart((_REPORT, "GrpHdr"), {"number": "MsgId", "made": "CreDtTm"}),
    XmlPart((_REPORT, "OrgnlGrpInfAndSts"), {"message": "OrgnlMsgId", "status": "GrpSts", **_REASON}),
    XmlPart((_REPORT, _INSTRUCTION), {"status": "PmtInfSts", **_REASON}),
    XmlPart(
        (_REPORT, _INSTRUCTION, "TxInfAndSts"),
        {
            "end_to_end": "OrgnlEndToEndId",
            "status": "TxSts",
            "instant": "AccptncDtTm",
            "reference": "AcctSvcrRef",
            "status_id": "StsId",
            "amount": "OrgnlTxRef/Amt/InstdAmt",
            "currency": "OrgnlTxRef/Amt/InstdAmt@Ccy",
            **_REASON,
        },
    ),
)


def _camt(name: str, root: str, statement: str) -> XmlDocument:
    return _document(
        name,
        XmlPart((root, "GrpHdr"), {"made": "CreDtTm"}),
        XmlPart(
            (root, statement),
            {
                "number": "Id",
                "made": "CreDtTm",
                "until": "FrToDt/ToDtTm",
                "account": "Acct/Id/Othr/Id",
                "iban": "Acct/Id/IBAN",
            },
        ),
        XmlPart(
            (root, statement, "Ntry"),
            {
                "amount": "Amt",
                "currency": "Amt@Ccy",
                "direction": "CdtDbtInd",
                "reversal": "RvslInd",
                "status": "Sts/Cd",
                "day": "BookgDt/Dt",
                "instant": "BookgDt/DtTm",
                "reference": "AcctSvcrRef",
                "entry": "NtryRef",
            },
        ),
        XmlPart(
            (root, statement, "Ntry", "NtryDtls", "TxDtls"),
            {
                "end_to_end": "Refs/EndToEndId",
                "reference": "Refs/AcctSvcrRef",
                "amount": "Amt",
                "currency": "Amt@Ccy",
                "direction": "CdtDbtInd",
                "reason_code": "RtrInf/Rsn/Cd",
                "reason_words": "RtrInf/Rsn/Prtry",
                "reason": "RtrInf/AddtlInf",
            },
        ),
    )


CAMT_053 = _camt("camt.053.001.08", "BkToCstmrStmt", "Stmt")
CAMT_054 = _camt("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn")

ANSWERS = (PAIN_002, CAMT_053, CAMT_054)
"""The messages in which a bank says what became of payments."""
