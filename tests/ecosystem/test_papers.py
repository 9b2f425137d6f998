"""Papers opened by LibreOffice: every field is shown, on A4 pages of at most 22 lines of 28 characters, with page numbers.

Debian's packages `libreoffice-writer-nogui`, `poppler-utils` and `fonts-noto-cjk`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.checks.tools import MissingToolError
from services.eligibility.papers.kinds import DECISION_LETTER
from services.eligibility.papers.kinds import KINDS as ELIGIBILITY
from services.payout.papers.kinds import KINDS as PAYOUT
from shared.papers import shipped, template
from shared.papers.fields import Fields
from shared.papers.kinds import PaperKind

KINDS = [*ELIGIBILITY.values(), *PAYOUT.values()]
FLAGS = ("withdrawn", "in_kind", "draft", "netted")
"""Fields that stand in conditions alone and would hide others."""


def sample(fields: Fields, place: str = "") -> dict[str, Any]:
    """Return content in which every text is told from all others."""
    content: dict[str, Any] = {}
    for name, field in fields.items():
        where = f"{place}{name}"
        if field.many:
            content[name] = [
                sample(field.within, f"{where}{number}") if field.within else f"〔{where}{number}〕"
                for number in (1, 2)
            ]
        else:
            content[name] = "" if name in FLAGS else f"〔{where}〕"
    return content


def values(content: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for value in content.values():
        for each in value if isinstance(value, list) else [value]:
            found += values(each) if isinstance(each, Mapping) else [each]
    return [each for each in found if each]


def printed(document: bytes, folder: Path) -> list[str]:
    """Return the text of each page of a document without its spaces, as LibreOffice prints it."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        raise MissingToolError(
            "LibreOffice Writer and Poppler are not installed: "
            "apt-get install --no-install-recommends libreoffice-writer-nogui poppler-utils fonts-noto-cjk"
        )
    (folder / "paper.docx").write_bytes(document)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "paper.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    shown = subprocess.run([reader, "-raw", str(folder / "paper.pdf"), "-"], check=True, capture_output=True)
    return [page.replace(" ", "") for page in shown.stdout.decode().split("\f")[:-1]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_field_of_a_template_is_printed(kind: PaperKind, tmp_path: Path) -> None:
    source = template.of(kind.shipped("zh-CN"))
    content = sample(kind.fields)
    used = source.document(content)
    said = "".join(printed(used, tmp_path)).replace("\n", "")
    body = source.fill(content)["word/document.xml"].decode()
    missing = [each for each in values(content) if each in body and each not in said]
    assert missing == []


def test_a_page_has_22_lines_of_28_characters_and_its_number(tmp_path: Path) -> None:
    document = template.of(shipped.document(f"[text] {'字' * 28 * 50}")).document({})
    pages = printed(document, tmp_path)
    lines = [[line for line in page.split("\n") if line] for page in pages]
    assert [len(page) - 1 for page in lines] == [22, 22, 7]
    assert {len(line) for page in lines for line in page[:-1]} <= {26, 28, 2}
    assert [page[-1] for page in lines] == ["—1—", "—2—", "—3—"]


def test_the_decision_letter_ends_with_office_and_date_on_a_page_with_text(tmp_path: Path) -> None:
    content = sample(DECISION_LETTER.fields)
    pages = printed(template.of(DECISION_LETTER.shipped("zh-CN")).document(content), tmp_path)
    signed = next(page for page in pages if "（印章）" in page)
    assert "联系方式" in signed and "〔date〕" in signed
