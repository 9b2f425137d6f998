"""What is shipped is pinned to the byte: packages and jars by hash, images by digest; what cannot be checked is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deploy.local.broker import JARS
from deploy.supply import audit, inventory
from deploy.supply.audit import Outcome
from deploy.supply.environment import NoToolsError


def outcomes(findings: object) -> list[Outcome]:
    assert isinstance(findings, list)
    return [finding.outcome for finding in findings]


def test_every_package_that_is_shipped_has_hashes(tmp_path: Path) -> None:
    assert outcomes(list(audit.hashes())) == [Outcome.SOUND]
    bare = tmp_path / "requirements.txt"
    bare.write_text("orjson==3.11.0\nrich==14.0 \\\n    --hash=sha256:" + "a" * 64 + "\n")
    [finding] = audit.hashes(bare)
    assert (finding.outcome, "orjson" in finding.says, "rich" in finding.says) == (Outcome.WRONG, True, False)


def test_a_script_of_a_page_that_was_changed_left_out_or_added_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(inventory.STATIC, folder)
    assert outcomes(list(audit.scripts_of_pages(folder))) == [Outcome.SOUND]
    first, second = sorted(folder.iterdir())
    first.write_bytes(first.read_bytes() + b"\n")
    second.unlink()
    (folder / "stranger.js").write_bytes(b"")
    assert inventory.differing_scripts(folder) == sorted([first.name, second.name, "stranger.js"])
    assert outcomes(list(audit.scripts_of_pages(folder))) == [Outcome.WRONG]


def test_every_jar_has_one_checksum() -> None:
    listed = inventory.jars()
    assert len({jar.file for jar in listed}) == len(listed) > 40
    assert all(len(jar.sha256) == 64 and int(jar.sha256, 16) for jar in listed)


@pytest.mark.skipif(not (JARS / "complete").exists(), reason="Kafka's jars are not on this machine")
def test_a_jar_that_was_changed_left_out_or_added_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "jars"
    shutil.copytree(JARS, folder)
    assert inventory.differing_jars(folder) == []
    first, second, *_ = sorted(folder.glob("*.jar"))
    first.write_bytes(first.read_bytes() + b"\0")
    second.unlink()
    (folder / "stranger-1.jar").write_bytes(b"")
    assert inventory.differing_jars(folder) == sorted([first.name, second.name, "stranger-1.jar"])
    assert outcomes(list(audit.jars(folder))) == [Outcome.WRONG]


def test_no_image_is_named_by_its_tag_alone() -> None:
    assert Outcome.WRONG not in outcomes(list(audit.images()))
    assert {image.name for image in inventory.images()} >= {"python", "postgres", "apache/kafka"}


def test_what_no_index_knows_was_not_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = {"id": "CVE-1", "fix_versions": ["2"]}
    looked_up: list[dict[str, object]] = [
        {"name": "a", "version": "1", "vulns": []},
        {"name": "b", "version": "1", "vulns": [weak]},
        {"name": "c", "skip_reason": "not found"},
    ]
    found = list(audit.of_advisories(looked_up))
    assert outcomes(found) == [Outcome.WRONG, Outcome.UNCHECKED, Outcome.SOUND]
    for findings, code in ((found, 1), (found[1:], 3), (found[2:], 0)):
        monkeypatch.setattr(audit, "CHECKS", (lambda these=findings: iter(these),))
        assert audit.main() == code
    assert "b 1: CVE-1; repaired in: 2" in capsys.readouterr().out


def test_without_an_index_nothing_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise NoToolsError("no route")

    monkeypatch.setattr(audit, "scripts", missing)
    assert [each.outcome for each in audit.advisories()] == [Outcome.UNCHECKED]
