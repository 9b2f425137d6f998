"""Letters of recoveries, and statements whose every line is a figure that adds up."""

from __future__ import annotations

import re

from shared.media_types import DOCX
from shared.policies import UNITS
from tests.integration.payout.bank import recovery_of
from tests.integration.payout.support import USCC, Payout, decision
from tests.integration.registry.conftest import uscc

FIGURE = r"(-?[\d,]+\.\d\d)"


def texts(payout: Payout, path: str, by: str = "auditor") -> str:
    """Return what a page says in Chinese, without its tags."""
    page = payout.http.get(path, headers=payout.tokens.headers(by, Accept_Language="zh-CN"))
    assert page.status_code == 200, page.text
    return re.sub(r"\n+", "\n", re.sub(r"<[^>]+>", "\n", page.text.split("<main>")[1]))


def fen(figure: str) -> int:
    return int(figure.replace(",", "").replace(".", ""))


def adds_up(said: str) -> dict[str, int]:
    """Return the reasons of a statement with their amounts, having checked that they add up to its difference."""
    assessed, paid, repaid, in_hand, difference = map(
        fen,
        re.findall(
            rf"核定{FIGURE}元；银行已支付{FIGURE}元，已退回{FIGURE}元，实得{FIGURE}元；核定与实得相差{FIGURE}元", said
        )[0],
    )
    table = said.split("原因\n金额（元）\n")[1].split("差额合计", maxsplit=1)[0].strip().split("\n")
    reasons = dict(zip(table[::2], map(fen, table[1::2]), strict=True)) if table != [""] else {}
    assert (paid - repaid, assessed - in_hand, sum(reasons.values())) == (in_hand, difference, difference)
    return reasons


def test_a_statement_explains_why_assessed_and_paid_differ(payout: Payout) -> None:
    path = f"/v1/payees/{USCC}/statement"
    recovery = recovery_of(payout, 400)
    assert adds_up(texts(payout, path)) == {"已付超出核定金额，应予退还": -600}
    payout.repay(recovery, {"amount_fen": 100, "received_on": "2026-03-01", "bank_reference": "R1"})
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 300), (2027, 300))))
    waiting = adds_up(texts(payout, path))
    assert waiting == {"应付年度在以后年度的分期": 300, "等待预算资金": 300, "已付超出核定金额，应予退还": -500}
    payout.fund()
    order = payout.get("/v1/payment-orders?state=issued")["items"][0]
    payout.post(f"/v1/recoveries/{recovery}/net", {"order_id": order["id"]}, by="finance-maker")
    assert adds_up(texts(payout, path)) == {
        "应付年度在以后年度的分期": 300,
        "已付超出核定金额，应予退还": -200,
        "抵扣其他奖补项目的应退款项": 300,
        "以其他奖补项目的款项抵扣退还": -300,
    }
    payout.reconcile()


def test_a_district_reads_the_statements_of_its_own_awards(payout: Payout) -> None:
    recovery_of(payout, 400)
    payout.get(f"/v1/payees/{USCC}/statement", by="liandu-officer", expect=404)
    payout.get(f"/v1/payees/{uscc(9)}/statement", expect=404)


def test_a_recoverys_letter_is_a_draft_until_its_act_is_issued_and_then_the_same_for_ever(payout: Payout) -> None:
    recovery = recovery_of(payout, 400)
    path = f"/v1/recoveries/{recovery}/letter"
    assert "拟稿，追回决定尚未作出" in texts(payout, path)
    act = {"cause": "misstatement", "reason": "申报件量不实", "document": "丽财追〔2026〕1号", "term_working_days": 15}
    payout.post(f"/v1/recoveries/{recovery}/act", act, by="finance-maker", expect=201)
    assert "拟稿" in texts(payout, path)
    payout.post(f"/v1/recoveries/{recovery}/act/issue", by="finance-checker", expect=200)
    said = texts(payout, path)
    assert "拟稿" not in said
    for words in (
        "奖补资金追回通知书",
        "由10.00元变更为4.00元",
        "经查，申报的数据不实：申报件量不实（丽财追〔2026〕1号）。超出部分的奖补决定予以撤销",
        "退还期限至2026年3月23日（含当日）",
        f"应退还{UNITS['city'][0]}预算资金6.00元（大写：人民币陆元整）",
        "〔未设置：受诉人民法院〕",
    ):
        assert words in said, (words, said)
    headers = payout.tokens.headers("auditor", Accept=DOCX)
    before = payout.http.get(path, headers=headers).content
    payout.repay(recovery, {"amount_fen": 100, "received_on": "2026-03-01", "bank_reference": "R1"})
    payout.receive(decision(version=3, jurisdiction="city", instalments=((2025, 900),)))
    assert (texts(payout, path), payout.http.get(path, headers=headers).content) == (said, before)
    payout.get(path, by="liandu-officer", expect=404)


def test_a_recoverys_letter_claims_what_was_outstanding_when_it_was_issued_and_says_what_the_payee_stated(
    payout: Payout,
) -> None:
    recovery = recovery_of(payout, 400)
    path = f"/v1/recoveries/{recovery}"
    payout.repay(recovery, {"amount_fen": 100, "received_on": "2026-03-01", "bank_reference": "R1"})
    act = {"cause": "correction", "reason": "件量更正", "term_working_days": 15}
    payout.post(f"{path}/act", act, by="finance-maker", expect=201)
    payout.post(f"{path}/act/statements", {"statement": "更正无误", "document": "说明"}, by="finance-maker", expect=201)
    payout.post(f"{path}/act/issue", by="finance-checker", expect=200)
    payout.repay(recovery, {"amount_fen": 200, "received_on": "2026-03-02", "bank_reference": "R2"})
    said = texts(payout, f"{path}/letter")
    for words in (
        "5.00元（大写：人民币伍元整）",
        "你单位陈述：“更正无误”（材料：说明）",
        "四、救济途径",
        "依法申请人民法院强制执行",
    ):
        assert words in said, (words, said)
    assert "三、救济途径" not in said
