"""Exported orders are written in words: each code has its own."""

from __future__ import annotations

from services.payout.enums import OrderState, Unit, WaitingFor
from services.payout.orders.export import COLUMNS


def test_places_states_and_blockers_are_words() -> None:
    shown = {
        heading: {COLUMNS[heading].value({name: code.value}) for code in codes}
        for heading, name, codes in (
            ("承担单位", "unit", Unit),
            ("属地", "jurisdiction", Unit),
            ("状态", "state", OrderState),
            ("等待", "waiting_for", WaitingFor),
        )
    }
    assert shown["承担单位"] == shown["属地"] == {"市直", "莲都区", "丽水经济技术开发区"}
    assert shown["状态"] == {
        "等待",
        "已生成支付指令",
        "已核准",
        "已送银行",
        "银行已支付",
        "支付失败",
        "已退汇",
        "已取消",
    }
    assert shown["等待"] == {"落实资金", "应付年度", "收款账户", "解除暂停支付"}
    assert COLUMNS["等待"].value({"waiting_for": None}) is None
