"""The offline bundle: it holds all that is pinned, installs without an index, and what it installs answers."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from deploy.checks.tools import ROOT
from deploy.supply import bundle, inventory
from deploy.supply.environment import NoToolsError
from tests.support.guide import run

pytestmark = pytest.mark.timeout(900)  # the index gives 160 MB
NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PYTHONPATH": ""}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A bundle, and the public key of who signed it."""
    folder, key = tmp_path_factory.mktemp("release"), Ed25519PrivateKey.generate()
    private, public = folder / "release.pem", folder / "release.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    try:
        bundle.make(folder / "bundle", private)
    except (bundle.BundleError, NoToolsError) as error:
        pytest.skip(f"no index to make a bundle from: {error}")
    return folder / "bundle", public


def test_the_wheel_has_every_file_of_the_services(release: tuple[Path, Path]) -> None:
    [wheel] = (release[0] / "wheels").glob("lishui_ecommerce_subsidies-*.whl")
    listed = subprocess.run(
        ["git", "ls-files", "services", "shared"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(wheel) as archive:
        lacking = set(listed.stdout.split()) - set(archive.namelist())
    assert {name for name in lacking if not name.endswith(".md")} == set()


def test_everything_in_it_is_pinned(release: tuple[Path, Path]) -> None:
    pinned = {digest for package in inventory.packages() for digest in package.sha256}
    found = dict(line.split("  ")[::-1] for line in (release[0] / bundle.SUMS).read_text().splitlines())
    wheels = {name: digest for name, digest in found.items() if name.startswith("wheels/")}
    assert [
        name for name, digest in wheels.items() if digest not in pinned and "lishui_ecommerce_subsidies-" not in name
    ] == []
    assert len(wheels) > 50 and "sbom.cdx.json" in found


def test_it_installs_without_an_index_and_answers(release: tuple[Path, Path], tmp_path: Path) -> None:
    folder, public = release
    environment = NO_INDEX | {"RELEASE_PUB": str(public), "FOLDER": str(tmp_path / "installed")}
    printed = run("install", environment, cwd=folder)
    assert "Signature Verified Successfully" in printed
    assert all(command in printed for command in ("doctor", "migrate", "verify"))
    nowhere = "postgresql://payout_app@127.0.0.1:1/payout"
    done = subprocess.run(
        [tmp_path / "installed" / "bin" / "subsidies", "doctor", "payout"],
        env={
            "PATH": os.environ["PATH"],
            "DEFAULT_LANGUAGE": "zh-CN",
            "DEPLOYMENT": "demonstration",
            "PAYOUT_DATABASE_URL": nowhere,
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            **dict.fromkeys(("TOKEN_ISSUER", "TOKEN_JWKS_URL", "TOKEN_URL"), "http://127.0.0.1:1/"),
            **dict.fromkeys(("REGISTRY_URL", "ELIGIBILITY_URL"), "http://127.0.0.1:1"),
            "PAYOUT_PORT": "9183",
            "PAYOUT_FILE_SEAL_KEY": "c2VhbHMgb2YgYSB0ZXN0LCBub3QgYSBzZWNyZXQgYXQgYWxsLCBvbmx5IGxvbmc=",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "缺少｜数据库：无法以 payout_app 连接 payout 的数据库" in done.stdout, done.stdout + done.stderr
    assert "缺少｜身份认证服务" in done.stdout


def test_what_was_changed_on_the_way_is_not_installed(release: tuple[Path, Path], tmp_path: Path) -> None:
    folder, public = release
    sums = folder / bundle.SUMS
    genuine = sums.read_bytes()
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin", "-in", str(sums)]
    check += ["-sigfile", str(sums.with_suffix(".sig"))]
    (folder / "requirements.txt").write_bytes((folder / "requirements.txt").read_bytes() + b"\n")
    refused = subprocess.run([folder / "install.sh", tmp_path / "new"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "requirements.txt" in refused.stdout + refused.stderr
    assert not (tmp_path / "new").exists()
    try:
        sums.write_bytes(genuine.replace(b"a", b"b", 1))
        assert subprocess.run(check, capture_output=True, check=False).returncode == 1
    finally:
        sums.write_bytes(genuine)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_without_a_key_nothing_is_made(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(bundle.BundleError, match="is no private key"):
        bundle.make(tmp_path / "bundle", tmp_path / "key.pem")
    assert not (tmp_path / "bundle").exists()
