"""`make sbom`: valid CycloneDX (its own schema is applied when it is written), complete, and the same whenever it is made."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from deploy.supply import inventory
from deploy.supply.environment import NoToolsError
from deploy.supply.sbom import write


def test_the_sbom_lists_what_is_pinned_and_is_always_the_same(tmp_path: Path) -> None:
    try:
        write(tmp_path / "one.json")
    except NoToolsError as error:
        pytest.skip(f"the tools in deploy/supply/requirements.txt cannot be installed: {error}")
    write(tmp_path / "two.json")
    content = (tmp_path / "one.json").read_bytes()
    assert content == (tmp_path / "two.json").read_bytes()
    components = {each["purl"].partition("?")[0]: each for each in orjson.loads(content)["components"]}
    for pinned in inventory.packages():
        [files] = components[f"pkg:pypi/{pinned.name}@{pinned.version}"]["externalReferences"]
        assert {each["content"] for each in files["hashes"]} == set(pinned.sha256)
    for jar in inventory.jars():
        assert components[f"pkg:maven/{jar.group}/{jar.artifact}@{jar.version}"]["hashes"][0]["content"] == jar.sha256
    for script in inventory.scripts():
        found = components[f"pkg:npm/{script.package}@{script.version}"]["hashes"]
        assert [each["content"] for each in found] == [script.sha256]
    listed = [*inventory.packages(), *inventory.scripts(), *inventory.jars(), *inventory.images()]
    assert len(components) == len(listed)
