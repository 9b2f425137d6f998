"""The image has what is pinned and nothing else; its processes have no privileges and cannot write to it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy.checks import tools
from deploy.checks.containers import Image
from deploy.local.image import CannotBuildError, build, pip_settings
from deploy.supply import inventory
from tests.image.installation import Installation


def pinned(python: str) -> dict[str, str]:
    """Names and versions of requirements.txt that hold for a Python version on this machine."""
    found = {}
    for line in inventory.REQUIREMENTS.read_text("utf-8").splitlines():
        if re.match(r"[a-z0-9]", line):
            requirement = Requirement(line.rstrip(" \\"))
            environment = {"python_version": python, "python_full_version": f"{python}.0"}
            if requirement.marker is None or requirement.marker.evaluate(environment):
                [version] = [each.version for each in requirement.specifier]
                found[requirement.name.lower().replace("_", "-")] = version
    return found


def test_what_is_installed_is_what_is_pinned(image: Image) -> None:
    [packages] = (image.root / "opt/venv/lib").glob("python3*/site-packages")
    installed = {
        each.metadata["Name"].lower().replace("_", "-").replace(".", "-"): each.version
        for each in importlib.metadata.distributions(path=[str(packages)])
    }
    assert installed == pinned(packages.parent.name.removeprefix("python"))
    assert installed.keys() <= {each.name for each in inventory.packages()}, "the SBOM lists it"


def test_the_image_contains_no_installer_no_index_and_no_other_file_of_the_repository(image: Image) -> None:
    assert (image.user, image.folder) == ("10001:10001", "/app")
    assert list((image.root / "opt/venv/bin").glob("pip*")) == []
    assert sorted(each.name for each in (image.root / "app").iterdir()) == ["pyproject.toml", "services", "shared"]
    assert not any((image.root / "run/secrets").glob("*"))
    history = tools.run([*tools.buildah(), "inspect", "--type", "image", "localhost/ecommerce-subsidies:test"])
    for value in pip_settings().values():
        assert value not in history


def test_every_process_is_unprivileged_and_its_root_is_read_only(installation: Installation) -> None:
    for child in installation.supervisor._children:
        if child.name not in installation.processes:
            continue
        assert child.process is not None
        process = Path(f"/proc/{child.process.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        assert status["Uid"].split() == status["Gid"].split() == ["10001"] * 4, child.name
        assert (status["NoNewPrivs"].strip(), int(status["CapEff"], 16), int(status["CapBnd"], 16)) == ("1", 0, 0)
        assert status["Groups"].split() == []
        flags = os.statvfs(process / "root").f_flag
        assert flags & os.ST_RDONLY, f"{child.name}: it could write to its image"
        assert set(_variables(process)) <= {
            *installation.services[child.name]["environment"],
            *("PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "BIND_HOST"),
        }


def _variables(process: Path) -> list[str]:
    return [each.split("=", 1)[0] for each in (process / "environ").read_text().split("\0") if each]


@pytest.mark.parametrize("lacks", ["usr/bin/python", "usr/sbin/groupadd", "usr/share/zoneinfo/Asia/Shanghai"])
def test_a_wrong_base_is_named(image: Image, capfd: pytest.CaptureFixture[str], lacks: str) -> None:
    tool = tools.buildah()
    container = tools.run([*tool, "from", "--pull-never", tools.python_image()]).strip()
    (Path(tools.run([*tool, "mount", container]).strip()) / lacks).unlink()
    wrong = f"localhost/wrong:{Path(lacks).name.lower()}"
    tools.run([*tool, "commit", "--rm", container, wrong])
    with pytest.raises(CannotBuildError) as refused:
        build(tool, wrong, "localhost/never:made")
    tools.run([*tool, "rmi", "--force", wrong])
    assert refused.value.parameters["image"] == wrong
    assert "PYTHON_IMAGE is no image that this can be built on" in "".join(capfd.readouterr())
    listed = subprocess.run([*map(str, tool), "inspect", "localhost/never:made"], capture_output=True, check=False)
    assert listed.returncode != 0, "nothing half done"
