"""What rules rest on: a sentence or a criterion, never nothing; citations in both languages."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from services.eligibility.rules import lishui_2020_1
from services.eligibility.rules.basis import Criterion, Sentence, chinese_number, cited
from services.eligibility.rules.grammar.common import every_condition
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.library import load_policy
from services.eligibility.rules.package import PackageError, read_package

POLICY = load_policy("lishui-2020-1")
#: The text says 一次性 of these (`policy.md`): that they are paid once is no criterion.
ONCE_BY_THE_TEXT = {
    "retail-scale", "platform-scale", "provider-setup", "park", "logistics-hub", "smart-terminal", "sales-spin-off",
    "overseas-warehouse", "cold-chain", "demonstration", "sustained-growth",
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        (("4", 1, 3), "第（四）条第一款第三句", "Art. 4 para. 1 sentence 3"),
        (("10", 2, 1), "第（十）条第二款第一句", "Art. 10 para. 2 sentence 1"),
        (("supplement", 2, 1), "附则第二款第一句", "Suppl. para. 2 sentence 1"),
        (("preamble", 1, 1), "序言第一款第一句", "Preamble para. 1 sentence 1"),
    ],
)
def test_a_sentence_is_cited_as_documents_are(place: tuple[str, int, int], zh: str, en: str) -> None:
    assert cited(*place) == (zh, en)


def test_numbers_in_chinese() -> None:
    written = [chinese_number(number) for number in (1, 9, 10, 11, 19, 20, 21, 99)]
    assert written == ["一", "九", "十", "十一", "十九", "二十", "二十一", "九十九"]


@pytest.mark.parametrize("award", POLICY.awards, ids=[award.code for award in POLICY.awards])
def test_every_condition_rests_on_a_sentence_or_a_criterion(award: Any) -> None:
    bases = {
        node.name: POLICY.basis_of_condition(award, node.name)
        for rule in every_condition(award)
        for node in rule.walk()
        if isinstance(node, Condition)
    }
    assert all(isinstance(basis, Sentence | Criterion) for basis in bases.values())
    assert {name for name in ("year-ended", "happened", "integrity", "not-government") if name in bases} <= {
        name for name, basis in bases.items() if isinstance(basis, Criterion)
    }
    if award.paid_before_by_subject:
        assert isinstance(bases["not-paid-before"], Sentence) is (award.code in ONCE_BY_THE_TEXT)
    assert all(basis.article == "supplement" for name, basis in bases.items() if name == "place")  # type: ignore[union-attr]


@pytest.fixture
def package(tmp_path: Path) -> Iterator[tuple[ModuleType, Path]]:
    """Give a copy of the package's files beside its awards, to be spoiled."""
    folder = tmp_path / "spoiled"
    shutil.copytree(Path(lishui_2020_1.__file__).parent, folder, ignore=shutil.ignore_patterns("awards", "__pycache__"))
    module = ModuleType("spoiled")
    module.__file__ = str(folder / "__init__.py")
    sys.modules["spoiled.awards"] = sys.modules[f"{lishui_2020_1.__name__}.awards"]
    sys.modules["spoiled"] = module
    yield module, folder
    del sys.modules["spoiled"], sys.modules["spoiled.awards"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("criteria.yaml", "conditions: [integrity]", "conditions: []", "says what integrity of .* rests on"),
        ("coverage.yaml", "[place, payee-place, project-place]", "[]", "says what .*place.* rests on"),
        ("criteria.yaml", "conditions: [integrity]", "conditions: [honesty]", "integrity names what does not exist: honesty"),
        ("criteria.yaml", "- courier-rent", "- courier-rant", "no-double-payment names what does not exist: courier-rant"),
        ("criteria.yaml", "readings: [loan_ceiling]", "readings: [roof]", "loan-ceiling names what does not exist: roof"),
        ("coverage.yaml", "payee-place", "payee-plaice", "unknown conditions: payee-plaice"),
        ("words.yaml", "  zone-platform: [未列入", "  zone-plattform: [未列入", "hints for unknown conditions: zone-plattform"),
        ("words.yaml", "  courier-rent: [快递企业", "  courier-rant: [快递企业", "words.yaml lacks courier-rent"),
        ("outline.yaml", "  courier-rent: [快递", "  courier-rant: [快递", "outline.yaml lacks courier-rent"),
        ("source.yaml", "  4.1.3:", "  4.1.33:", "lacks the sentence 4.1.3"),
        ("source.yaml", "  4.1.1:", "  4.0.1: 。\n  4.1.1:", "do not name the same sentences"),
    ],
)  # fmt: skip
def test_a_package_whose_rules_rest_on_nothing_does_not_load(
    package: tuple[ModuleType, Path], file: str, old: str, new: str, message: str
) -> None:
    module, folder = package
    assert read_package(module).hash == POLICY.hash
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert yaml.safe_load((folder / file).read_text(encoding="utf-8"))
    with pytest.raises(PackageError, match=message):
        read_package(module)
