"""What comes between a form and its act: a session that ends, a way back, a colleague who was faster, a service that is down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor, signed_in

YEAR = calendar_date(SystemClock().now()).year
PROPOSED = "/appropriations?state=proposed"
Person = Callable[[str], Visitor]


@pytest.fixture
def person(browser: Browser, urls: dict[str, str], decided: DemoClient) -> Iterator[Person]:  # noqa: ARG001 - there is something to see
    """Sign somebody in, in a browser of their own, so that no other test loses its session."""
    visitors: list[Visitor] = []

    def of(name: str) -> Visitor:
        visitors.append(signed_in(browser, urls["desk"], name))
        return visitors[-1]

    yield of
    for visitor in visitors:
        visitor.page.context.close()


def draft(maker: Visitor, document: str) -> None:
    """Fill in the form of an appropriation on the page and send it."""
    maker.act("draft_appropriation", {"unit": "city", "year": f"{YEAR}", "amount_fen": "7.00", "document": document})


def drafted(visitor: Visitor, document: str) -> int:
    """Return how many appropriations of a document wait."""
    return visitor.go(PROPOSED).locator("main tr", has_text=document).count()


def test_a_form_outlives_its_session(person: Person) -> None:
    maker, document = person("finance-maker"), "会话样例1号"
    maker.go("/appropriations")
    maker.page.context.clear_cookies()
    draft(maker, document)
    assert "登录已过期，尚未办理" in maker.text()
    assert maker.page.input_value("main [name=document]") == document, "nothing that was entered is lost"
    maker.keep("hindrance-session-over")
    with maker.page.context.expect_page() as opened:
        maker.page.click("main a[target=_blank]")
    opened.value.click("button[value=finance-maker]")
    opened.value.wait_for_selector("text=您已重新登录")
    with maker.page.expect_navigation():
        maker.page.click("main form.act button:not([type=button])")
    assert "已办理" in maker.text() and drafted(maker, document) == 1


def test_what_is_sent_again_from_the_page_before_is_done_once(person: Person) -> None:
    maker, document = person("finance-maker"), "重复样例1号"
    maker.go("/appropriations")
    draft(maker, document)
    maker.page.go_back()
    draft(maker, document)
    assert "已办理" in maker.text() and drafted(maker, document) == 1
    maker.go("/appropriations")
    draft(maker, document)
    assert drafted(maker, document) == 2, "a form that was opened anew is another act"


def test_whoever_was_slower_sees_what_is_now_and_is_not_asked_again(person: Person) -> None:
    maker, faster, slower = (person(name) for name in ("finance-maker", "finance-checker", "finance-checker"))
    maker.go("/appropriations")
    draft(maker, "先后样例1号")
    row = "tr:has-text('先后样例1号')"
    for checker in (faster, slower):
        checker.go(PROPOSED)
    faster.act("discard_appropriation", {"reason": "文号有误"}, within=row)
    said = slower.act("confirm_appropriation", within=row)
    assert "当前状态：已作废" in said
    slower.keep("hindrance-conflict")
    assert slower.page.locator("main form.act").count() == 0, "what cannot be done any more is not offered again"
    assert "先后样例1号" not in slower.follow("查看目前情况")


def test_a_service_that_is_down_is_named_and_the_rest_works(person: Person, system: LocalSystem) -> None:
    maker = person("commerce-maker")
    cases = {
        "registry": ("数据登记", "/enterprises", "/decisions", "奖补决定"),
        "eligibility": ("资格认定", "/decisions", "/enterprises", "企业"),
        "payout": ("资金兑付", "/payment-orders", "/decisions", "奖补决定"),
    }
    for service, (title, its_own, of_others, heading) in cases.items():
        named = f"“{title}”暂时没有应答"
        with down(system, f"{service}-app"):
            maker.go("/")
            assert named in maker.text() and "没有待办事项。" not in maker.text().splitlines()
            maker.keep(f"hindrance-down-{service}")
            maker.go(its_own)
            assert named in maker.text() and "未作任何更改" in maker.text()
            maker.go(of_others)
            assert heading in maker.page.inner_text("h1")
        end = time.monotonic() + 60
        while named in maker.go("/").inner_text("main"):
            assert time.monotonic() < end, f"{service} is not found again"
            time.sleep(0.5)


@contextmanager
def down(system: LocalSystem, name: str) -> Iterator[None]:
    """Stop a process of the system for a while."""
    child = next(each for each in system.supervisor._children if each.name == name)
    child.stop(patience_seconds=20)
    try:
        yield
    finally:
        system.supervisor.start(child)
