"""A real browser at the desk: whoever signs in, what a page says, and whether everybody can use it (axe)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.checks import tools
from deploy.local.clients import CLIENTS, PERSONS, PORTAL
from shared.i18n import CHINESE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""The rules of axe that stand for WCAG 2.2 AA."""
_PHONE_WIDTH = 360
_CODE = re.compile(r"(?<![\w.@/:*-])[a-z][a-z_]{2,}(?![\w.@/:-])")
"""A word in small Latin letters that is not a part of a name, an address or a file name."""
_NOT_CODES = frozenset({*PERSONS, *CLIENTS, "sample", "seen", "and"})
"""Who acts, what tests enter, and a word that stands in a sentence of the policy."""
_TEXTS = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    if (!around.closest("code, pre, .code, .said, script, textarea, [lang=en]")) found.push(walker.currentNode.data);
  }
  return found;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser; raises MissingToolError."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person at the desk, in a browser of their own. `troubles` are what the browser complained about."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the desk."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def act(
        self, operation: str, fields: Mapping[str, str | bool | Path] = MappingProxyType({}), *, within: str = "main"
    ) -> str:
        """Fill in the form of an act on the page, unfolded if it is folded, and send it; returns what the page then says.

        A box is ticked or not by a bool, a file is given by its path. `within` is the part of the page that has the form.
        """
        form = self.page.locator(within).locator(f"form[action$='/{operation}']")
        if not form.locator("button:not([type=button])").is_visible():
            form.locator("xpath=ancestor::details[1]/summary").click()
        for name, value in fields.items():
            asked = form.locator(f"[name='{name}']")
            if isinstance(value, bool):
                asked.set_checked(value)
            elif isinstance(value, Path):
                asked.set_input_files(value)
            elif asked.evaluate("each => each.tagName") == "SELECT":
                asked.select_option(str(value))
            else:
                asked.fill(str(value))
        with self.page.expect_navigation():
            form.locator("button:not([type=button])").click()
        return self.text()

    def follow(self, link: str) -> str:
        """Follow the first link that says `link`; returns what the page then says."""
        with self.page.expect_navigation():
            self.page.locator("main a", has_text=link).first.click()
        return self.text()

    def done(self, seconds: float = 120) -> str:
        """Wait until the job of the page has ended; returns what the page then says."""
        self.page.wait_for_selector(".job:not([hx-get])", timeout=seconds * 1_000)
        return self.text()

    @property
    def path(self) -> str:
        """The address of the page at the desk, without what it was asked with."""
        return self.page.url.removeprefix(self.url).partition("?")[0]

    def text(self) -> str:
        """Return what the page says to its reader."""
        return self.page.inner_text("main")

    def codes(self) -> list[str]:
        """Return the words of programs that a Chinese page shows to its reader instead of Chinese ones."""
        if self.page.get_attribute("html", "lang") != CHINESE:
            return []
        shown: list[str] = self.page.evaluate(_TEXTS)
        return sorted({word for text in shown for word in _CODE.findall(text)} - _NOT_CODES)

    def findings(self) -> list[str]:
        """Return what keeps somebody from using the page: what axe finds, and words that are no Chinese."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate((tools.node() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
        )
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]}"
            for each in found["violations"]
            for node in each["nodes"]
        ] + [f"not Chinese: {word}" for word in self.codes()]

    def overflow_on_a_phone(self) -> int:
        """Return by how many pixels the page is wider than the narrowest screen that it is made for."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": _PHONE_WIDTH, "height": 800})
        wide = int(self.page.evaluate("() => document.documentElement.scrollWidth"))
        if size:
            self.page.set_viewport_size(size)
        return max(wide - _PHONE_WIDTH, 0)

    def keep(self, name: str) -> None:
        """Keep a picture of the page in the folder that SCREENSHOTS names, if it names one."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def context_of(browser: Browser, language: str = "zh-CN") -> BrowserContext:
    """Return a browser of one person, with nothing in it yet."""
    # The policy of the pages would keep axe out; nothing else is put into them.
    return browser.new_context(locale=language, viewport={"width": 1280, "height": 900}, bypass_csp=True)


def signed_in(browser: Browser, url: str, person: str, language: str = "zh-CN") -> Visitor:
    """Sign in at the desk at `url` as a person of the demonstration, or as an enterprise by its code."""
    visitor = Visitor(context_of(browser, language).new_page(), url)
    visitor.page.set_default_timeout(120_000)  # a step may wait for several services on a busy machine
    visitor.page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
    visitor.go("/")
    visitor.page.click("main a.button")
    if person[:1].isdigit():
        visitor.page.fill("#uscc", person)
        visitor.page.click(f"button[value={PORTAL}]")
    else:
        visitor.page.click(f"button[value={person}]")
    visitor.page.wait_for_url(f"{url}/")
    return visitor
