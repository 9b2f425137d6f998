"""The desk without a mouse: Tab, Enter and Escape alone lead through an act and a form, and one always sees where one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor

SignIn = Callable[[str], Visitor]
USCC = "91331100MA2000061E"
"""The enterprise of `decided`."""
YEAR = 2020
SEEN = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return outlined && box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
"""Whether what has the focus is on the screen and marked."""
_MOST_STOPS = 60


def tab_to(visitor: Visitor, target: str) -> None:
    """Press Tab until `target` has the focus; each stop before it has to be seen."""
    page = visitor.page
    wanted = page.locator(target).first
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by Tab")


def skip_to_the_content(visitor: Visitor) -> None:
    """The first stop of a page is the link past the menu; it leads into the content."""
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate(SEEN) and visitor.page.evaluate("() => document.activeElement.className") == "skip"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("() => document.activeElement.id") == "main"


@pytest.fixture(scope="module")
def proposal(decided: DemoClient) -> str:
    """A proposal that waits for its approval; returns its page."""
    row = {"uscc": USCC, "year": YEAR, "parcels": 4_000_000, "operating_days": 366, "rent_fen": 10_000_000}
    decided.record("courier_years", [row], "sample")
    evaluation = decided.evaluate([YEAR], calendar_date(SystemClock().now()).isoformat(), scope=[USCC])
    [made] = decided.items("auditor", "eligibility:/v1/decisions", evaluation_id=evaluation["id"])
    return f"/decisions/{made['id']}"


def test_a_decision_is_approved_by_the_keyboard_alone(sign_in: SignIn, proposal: str) -> None:
    checker = sign_in("commerce-checker")
    page = checker.go(proposal)
    skip_to_the_content(checker)
    approval = "form[action$='/approve_decision']"
    summary = f"details.act:has({approval}) > summary"
    tab_to(checker, summary)
    page.keyboard.press("Enter")
    tab_to(checker, f"{approval} textarea")
    page.keyboard.press("Escape")
    assert not page.locator(approval).is_visible(), "Escape folds the form again"
    assert page.locator(summary).evaluate("each => each === document.activeElement"), "and leads back to its title"
    page.keyboard.press("Enter")
    tab_to(checker, f"{approval} textarea")
    page.keyboard.type("键盘核准")
    tab_to(checker, f"{approval} button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已核准" in checker.text() and "键盘核准" in checker.text()
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "status", "it is told what was done"


def test_a_file_is_imported_by_the_keyboard_alone(sign_in: SignIn, decided: DemoClient, tmp_path: Path) -> None:
    office = sign_in("data-platform")
    file = tmp_path / "快递企业.csv"
    file.write_text(
        f"统一社会信用代码,年度,年发件量,运营天数,全年租金（元）\n{USCC},2016,3000000,365,100000\n", "utf-8"
    )
    page = office.go("/imports")
    # The browser is told long before the key that the test chooses; told with the key it sometimes opens its own dialog.
    page.on("filechooser", lambda _: None)
    skip_to_the_content(office)
    tab_to(office, "input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    tab_to(office, "[name='query.dataset']")
    for _ in range(page.locator("[name='query.dataset'] option").count()):
        if page.locator("[name='query.dataset']").input_value() == "courier_years":
            break
        page.keyboard.press("ArrowDown")
    tab_to(office, "form[action$='/start_import'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert office.path.startswith("/jobs/import/"), office.text()
    office.done()
    skip_to_the_content(office)
    tab_to(office, "main a.button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "快递企业年度情况" in office.text() and "标出的单元格有误" not in office.text()
    assert office.findings() == []
