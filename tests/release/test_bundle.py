"""The offline bundle: it holds all that is pinned, installs without an index, and what it installs answers."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import zipfile
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import make_url

from deploy.checks.tools import DEBIAN_POSTGRES, ROOT, postgres
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Child, Supervisor, free_port, wait_until
from deploy.supply import bundle, inventory
from deploy.supply.environment import NoToolsError
from services.databases import SCHEMAS
from tests.support.guide import run

pytestmark = pytest.mark.timeout(2_400)  # the index gives 160 MB
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


@pytest.fixture(scope="module")
def installed(release: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the guide's commands have installed the bundle."""
    folder, public = release
    environment = NO_INDEX | {"RELEASE_PUB": str(public), "FOLDER": str(tmp_path_factory.mktemp("opt") / "subsidies")}
    printed = run("install", environment, cwd=folder)
    assert "Signature Verified Successfully" in printed
    assert all(command in printed for command in ("doctor", "migrate", "verify"))
    return Path(environment["FOLDER"])


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
    assert len(wheels) > 50
    assert {
        "sbom.cdx.json",
        "docs/operations.md",
        "deploy/compose/databases.sql",
        "deploy/kafka/acls.sh",
    } <= found.keys()


def test_it_installs_without_an_index_and_answers(installed: Path, tmp_path: Path) -> None:
    nowhere = "postgresql://payout_app@127.0.0.1:1/payout"
    done = subprocess.run(
        [installed / "bin" / "subsidies", "doctor", "payout"],
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


def test_what_it_installs_is_set_up_by_the_guide_and_serves(
    release: tuple[Path, Path], installed: Path, tmp_path: Path, session_state: Path
) -> None:
    supervisor, port = Supervisor(session_state), free_port()
    server = LocalPostgres(
        session_state / "bundle", session_state / "bundle.log", durable=False, programs=postgres(DEBIAN_POSTGRES)
    )
    supervisor.start(server.spawn())
    try:
        server.wait()
        admin = make_url(server.url)
        passwords = {
            f"{service}_{role}".upper(): secrets.token_hex(16) for service in SCHEMAS for role in ("owner", "app")
        }
        address = f"{admin.host}:{admin.port}"
        environment = NO_INDEX | {
            "DEPLOYMENT": "demonstration",
            "FOLDER": str(installed),
            "PGHOST": str(admin.host),
            "PGPORT": str(admin.port),
            "PGUSER": "postgres",
            "PGPASSWORD": str(admin.password),
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "REGISTRY_ACCOUNT_KEY": base64.b64encode(secrets.token_bytes(64)).decode(),
            "REGISTRY_PORT": str(port),
            **dict.fromkeys(("TOKEN_ISSUER", "TOKEN_JWKS_URL", "TOKEN_URL"), "http://127.0.0.1:1/"),
            **dict.fromkeys(("REGISTRY_URL", "ELIGIBILITY_URL", "PAYOUT_URL"), "http://127.0.0.1:1"),
            **dict.fromkeys(("ELIGIBILITY_PORT", "PAYOUT_PORT"), str(free_port())),
            "PAYOUT_FILE_SEAL_KEY": base64.b64encode(secrets.token_bytes(64)).decode(),
        }
        for service in SCHEMAS:
            upper = service.upper()
            for role, variable in (("owner", f"{upper}_OWNER_DATABASE_URL"), ("app", f"{upper}_DATABASE_URL")):
                password = passwords[f"{upper}_{role.upper()}"]
                environment[variable] = f"postgresql://{service}_{role}:{password}@{address}/{service}"
        environment |= {f"{role}_PASSWORD": password for role, password in passwords.items()}
        assert '"seeded":"registry"' in run("prepare", environment, cwd=release[0])
        command = [str(installed / "bin" / "python"), "-m", "services.registry.app"]
        child = Child("registry-app", ["env", "-C", str(tmp_path), *command], session_state / "app.log", environment)
        supervisor.start(child)
        wait_until(
            lambda: _answers(f"http://127.0.0.1:{port}/healthz"), child, 300, "see its log."
        )  # ready with an issuer
    finally:
        supervisor.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


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
