"""`make image`: which engine and base it takes, and what it says when there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import image
from deploy.local.image import CannotBuildError

BUILDS = '#!/bin/sh\nif [ "$1" = build ]; then printf "%s\\n" "$@" > "$0.said"; fi\n'


def engine(folder: Path, name: str, script: str = BUILDS) -> Path:
    file = folder / name
    file.write_text(script)
    file.chmod(0o755)
    return file


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole path, but for a shell."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "sh").symlink_to("/bin/sh")
    return tmp_path


def test_an_engine_whose_daemon_does_not_answer_is_passed_over(on_path: Path) -> None:
    engine(on_path, "docker", "#!/bin/sh\nexit 1\n")
    buildah = engine(on_path, "buildah")
    assert image.engine() == [str(buildah)]


def test_without_an_engine_all_are_named(on_path: Path) -> None:
    engine(on_path, "docker", "#!/bin/sh\nexit 1\n")
    with pytest.raises(CannotBuildError) as refused:
        image.engine()
    assert refused.value.parameters == {"engines": "docker, podman, buildah"}


@pytest.mark.parametrize("named", ["", "python:3.12-slim-bookworm@sha256:"], ids=["nothing", "the example's line"])
def test_without_a_base_the_command_says_so_and_builds_nothing(on_path: Path, named: str) -> None:
    buildah = engine(on_path, "buildah")
    environment = {"PATH": str(on_path), "PYTHON_IMAGE": named, "DEFAULT_LANGUAGE": "en"}
    environment["PYTHONPATH"] = str(image.ROOT)
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.image"],
        cwd=image.ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("PYTHON_IMAGE is missing. Set it to the image that this one is built on")
    assert not Path(f"{buildah}.said").exists()


def test_the_package_index_is_a_secret_and_no_argument(on_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = {"index-url": "https://user:word@index.city.example/simple", "cert": str(on_path / "authority.pem")}
    (on_path / "authority.pem").write_text("PEM")
    monkeypatch.setattr(image, "pip_settings", lambda: dict(where))
    buildah = engine(on_path, "buildah")
    image.build([str(buildah)], "base@sha256:1", "name:1")
    said = Path(f"{buildah}.said").read_text()
    assert "--build-arg=PYTHON_IMAGE=base@sha256:1\n--tag=name:1\n" in said
    assert "--secret=id=pip.conf,src=" in said and "--secret=id=authorities.pem,src=" in said
    assert "index.city.example" not in said
    [folder] = {Path(line.partition("src=")[2]).parent for line in said.splitlines() if "src=" in line}
    assert not folder.exists(), "it is gone when the build has ended"


def test_what_pip_is_told_of_its_index_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.city.example/simple")
    monkeypatch.setenv("PIP_NO_INPUT", "1")
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    found = image.pip_settings()
    assert found["index-url"] == "https://index.city.example/simple"
    assert set(found) <= set(image.PIP_SETTINGS)
    monkeypatch.setenv("UV_INDEX_URL", "https://other.city.example/simple")
    assert image.pip_settings()["index-url"] == "https://other.city.example/simple"


def test_a_build_that_fails_names_its_base(on_path: Path) -> None:
    failing = engine(on_path, "buildah", "#!/bin/sh\nexit 1\n")
    with pytest.raises(CannotBuildError) as refused:
        image.build([str(failing)], "alpine", "name:1")
    assert refused.value.parameters == {"image": "alpine", "engine": "buildah"}
