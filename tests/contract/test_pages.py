"""The pages for people: links and paths lead somewhere, and the Chinese README says all that the English one says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for pattern in ("*.md", "docs/**/*.md") for path in ROOT.glob(pattern))
SOURCES = ("services/", "shared/", "deploy/", "tests/", "docs/", ".ci/")
"""What a path begins with where it is written in full."""
NOT_COMMITTED = ("deploy/compose/.env",)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def prose_of(page: str) -> str:
    return FENCE.sub("", text_of(page))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have on GitHub."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: str) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def missing_paths(page: str) -> Iterator[str]:
    for path in re.findall(r"`([^`\s]+)`", prose_of(page)):
        if not path.startswith(SOURCES) or path in NOT_COMMITTED:
            continue
        pattern = re.sub(r"<\w+>|000N", "*", path).strip("/")
        if not (any(ROOT.glob(pattern)) or any(ROOT.glob(f"{pattern}.py"))):
            yield path


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    assert list(dead_links(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page: str) -> None:
    assert list(missing_paths(page)) == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {name: page for page in PAGES for name in re.findall(r"`make ([a-z-]+)", prose_of(page))}
    assert {name: page for name, page in named.items() if name not in targets} == {}


def test_every_decision_record_is_listed_under_its_title() -> None:
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", text_of("docs/decisions/README.md"), re.MULTILINE)
    records = sorted((ROOT / "docs/decisions").glob("0*.md"))
    assert listed == [
        (p.name[:4], p.name, p.read_text("utf-8").split("\n")[0].removeprefix(f"# {p.name[:4]} ")) for p in records
    ]


def outline(page: str) -> list[tuple[str, ...]]:
    """Return headings, code blocks, tables and lists of a page in order, each by its form."""
    forms: list[tuple[str, ...]] = []
    for part in re.split(r"(^```\w*\n.*?^```$)", text_of(page), flags=re.MULTILINE | re.DOTALL):
        if fence := FENCE.match(part):
            forms.append(("code", fence[1]))
            continue
        for line in part.splitlines():
            if heading := re.match(r"#+ ", line):
                forms.append(("heading", heading[0]))
            elif line.startswith("|"):
                forms.append(("row", str(line.count("|"))))
            elif line.startswith("- "):
                forms.append(("item",))
    return forms


def code(page: str) -> list[list[str]]:
    """Return the code blocks of a page, line by line, without comments and without the texts of pictures."""
    blocks = []
    for language, block in FENCE.findall(text_of(page)):
        if language == "mermaid":
            block = re.sub(r'\[\([^\n]*?\)\]|\[[^\n]*?\]|"[^"\n]*"|-- Kafka', "", block)  # noqa: PLW2901
        blocks.append([re.sub(r"\s*# .*$", "", line) for line in block.splitlines()])
    return blocks


def test_the_chinese_readme_has_the_same_sections() -> None:
    assert outline("README.zh-CN.md") == outline("README.md")


def test_the_chinese_readme_has_the_same_code() -> None:
    for english, chinese in zip_longest(code("README.md"), code("README.zh-CN.md")):
        if english[0].startswith("PostgreSQL"):  # output of the demonstration, of each page in its language
            parts = [sum(line.startswith("─") for line in page) for page in (english, chinese)]
            assert parts == [8, 8]
        else:
            assert chinese == english


def test_the_chinese_readme_has_the_same_links() -> None:
    def links(page: str) -> set[str]:
        found = re.findall(r"\]\((\S+?)\)", prose_of(page))
        return {link.replace(".zh-CN", "") for link in found} - {"README.md"}

    assert links("README.zh-CN.md") == links("README.md")
