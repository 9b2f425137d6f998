"""Exported orders are written in words: each code has its own, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from services.payout.enums import Jurisdiction, OrderState, Unit, WaitingFor
from services.payout.orders.export import COLUMNS
from shared.i18n import CHINESE, ENGLISH
from shared.policies import AWARD_TITLES
from shared.spreadsheets import to_frame

CODES: dict[str, tuple[Iterable[str | None], set[str | None]]] = {
    "unit": (Unit, {"市本级", "莲都区", "开发区"}),
    "jurisdiction": (Jurisdiction, {"市直", "莲都区", "丽水经济技术开发区"}),
    "state": (
        OrderState,
        {"等待", "已生成支付指令", "已核准", "已编入支付批次", "银行已支付", "支付失败", "已退汇", "已取消"},
    ),
    "waiting_for": ((*WaitingFor, None), {"资金", "应付年度", "收款账户", "解除暂停支付", None}),
    "award": (AWARD_TITLES, {*(chinese for chinese, _ in AWARD_TITLES.values())}),
}


@pytest.mark.parametrize("member", CODES)
def test_codes_are_words(member: str) -> None:
    codes, words = CODES[member]
    [column] = (column for column in COLUMNS if column.path == member)
    rows = [{member: code} for code in codes]
    assert set(to_frame(rows, [column], CHINESE).to_series()) == words
    assert not any("_" in word for word in to_frame(rows, [column], ENGLISH).to_series() if word)
