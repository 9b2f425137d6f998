"""The columns of files about a batch that come back: the bank's answer, and a batch's own file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.catalogue.domain import Dataset, Field, Kind
from shared.money import MAX_FEN

_UUID = "(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def _field(name: str, kind: Kind, zh: str, en: str, *, aliases: str = "", needed: bool = False, **more: Any) -> Field:
    """Declare a column; `aliases` are its other headings, with spaces between."""
    return Field(name, kind, zh, en, optional=not needed, aliases=tuple(aliases.split()), **more)


def _codes(**words: str) -> dict[str, str]:
    """Return the code of each of its `words`, which have spaces between."""
    return {word: code for code, several in words.items() for word in several.split()}


_PAID = ("支付", "交易", "付款", "转账", "汇款", "划款", "划拨", "打款", "代发", "代付", "入账")
_AMOUNTS = (*_PAID, "实际支付", "实付", "实发", "拨款", "拨付", "收款", "到账", "支出", "借方")
PLACE = _field("place", Kind.TEXT, "序号", "number")
ORDER_ID = _field(
    "order_id",
    Kind.CODE,
    "支付指令编号",
    "payment order",
    aliases="支付令编号 支付指令号 支付令号 指令编号 指令号",
    needed=True,
    pattern=_UUID,
    form="01920000-0000-7000-8000-000000000000",
)
AMOUNT = _field(
    "amount_fen",
    Kind.MONEY,
    "金额",
    "amount",
    aliases=" ".join(
        [*(f"{act}金额" for act in _AMOUNTS), "金额（小写）", "小写金额", "本次支付金额", "发生额", "交易额", "amount"]
    ),
    unit="fen",
    minimum=1,
    maximum=MAX_FEN,
)
SENT = (
    _field(
        "holder",
        Kind.TEXT,
        "收款单位",
        "payee",
        aliases="收款人 收款单位名称 收款人名称 收款户名 收款人户名 收款方名称",
    ),
    _field("payee_uscc", Kind.CODE, "统一社会信用代码", "unified social credit code", aliases="信用代码 社会信用代码"),
    _field("bank_code", Kind.CODE, "开户行行号", "bank code", aliases="收款行行号 收款人开户行行号 联行号 行号"),
    _field("number", Kind.CODE, "账号", "account", aliases="收款账号 收款人账号 收款账户 收款方账号 银行账号"),
    _field("purpose", Kind.TEXT, "用途", "purpose", aliases="资金用途 付款用途"),
)
CLASSES = (
    _field("indicator", Kind.CODE, "指标文号", "indicator", aliases="预算指标文号 指标编号"),
    _field("project", Kind.CODE, "预算项目", "project", aliases="项目 项目名称"),
    _field("function_code", Kind.CODE, "功能分类", "functional class", aliases="功能分类科目 支出功能分类"),
    _field("economic_code", Kind.CODE, "经济分类", "economic class", aliases="经济分类科目 支出经济分类"),
    _field("award_id", Kind.CODE, "奖补编号", "award id", pattern=_UUID, form="01920000-0000-5000-8000-000000000000"),
    _field("instalment", Kind.CODE, "期次", "instalment", pattern="^[1-9][0-9]?$", form="1"),
)
"""What a returned row must have as it was sent; the amount is compared with the order itself."""

_CURRENCY = _field(
    "currency",
    Kind.CHOICE,
    "币种",
    "currency",
    aliases="货币",
    choices={"CNY": ("人民币", "CNY")},
    former_choices=dict.fromkeys(("RMB", "人民币元", "156"), "CNY"),
)
_OUTCOME = _field(
    "outcome",
    Kind.CHOICE,
    "结果",
    "result",
    aliases="支付结果 交易结果 付款结果 处理结果 状态 支付状态 交易状态 付款状态 处理状态 result status",
    needed=True,
    choices={"settled": ("成功", "settled"), "failed": ("失败", "failed"), "returned": ("退汇", "returned")},
    former_choices=_codes(
        settled=" ".join([*(f"{act}成功" for act in (*_PAID, "处理")), "已成功 已支付 已付款 已到账 已入账 success"]),
        failed=" ".join(
            [*(f"{act}失败" for act in (*_PAID, "处理")), "已失败 未成功 支付不成功 已拒绝 银行拒绝 failure"]
        ),
        returned="退回 已退回 已退汇 退汇成功 退票 已退票 退款 已退款 支付退回 资金退回",
    ),
)
_ACTS = ("交易", "支付", "付款", "转账", "处理", "完成", "到账", "入账", "记账", "退汇", "退回")
_OCCURRED_ON = _field(
    "occurred_on",
    Kind.DAY,
    "日期",
    "day",
    aliases=" ".join(
        [*(f"{act}{of}" for act in _ACTS for of in ("日期", "时间")), "date"],
    ),
    needed=True,
    timed=True,
)
_REFERENCE = _field(
    "bank_reference",
    Kind.CODE,
    "银行流水号",
    "bank reference",
    aliases="流水号 交易流水号 银行交易流水号 支付流水号 回单号 回单编号 银行回单号 reference",
    needed=True,
    max_length=200,
)
_REASON = _field(
    "reason", Kind.TEXT, "原因", "reason", aliases="失败原因 退汇原因 退回原因 失败或退汇原因 错误原因 原因说明"
)

RESULTS = Dataset(
    "bank_results",
    "银行支付结果",
    "bank results",
    ("order_id",),
    (PLACE, ORDER_ID, *SENT, *CLASSES, AMOUNT, _CURRENCY, _OUTCOME, _OCCURRED_ON, _REFERENCE, _REASON),
)
"""The bank's answer: a result beside each order, and perhaps the columns of the file that was sent."""

OWN_FILE = Dataset(
    "payment_batch",
    "支付清单",
    "payment batch",
    ("order_id",),
    (PLACE, ORDER_ID, *(replace(each, optional=False) for each in (*SENT, AMOUNT)), *CLASSES),
)
"""A batch's own file, as it went to the bank."""

_PAYER = "付款账号 付款人账号 付款账户 付款方账号 付款户名 付款人 付款人名称 付款方名称 付款单位 付款行"
_BANK = "付款银行 开户行 开户行名称 开户银行 收款行 收款行名称 收款银行 收款人开户行 摘要 附言 手续费"
_HANDLING = "批次号 批次编号 操作员 经办人 复核人 打印日期 打印时间 业务类型 交易渠道 省份 城市"
NOT_READ = (*_PAYER.split(), *_BANK.split(), *_HANDLING.split())
"""Headings of columns that banks add: about who pays, or where the payee's account is kept."""
