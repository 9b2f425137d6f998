"""TLS_CA_FILE: its authorities count beside the public ones, for services and the identity provider; a wrong file is named."""

from __future__ import annotations

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from joserfc.jwk import ECKey

from services.desk.settings import Settings
from shared.process_settings import require_files, trusted_authorities
from shared.web.auth import RemoteKeys
from tests.unit.shared.test_settings import GOOD

KEY = ECKey.generate_key("P-256", auto_kid=True)
KEY_SET = orjson.dumps({"keys": [KEY.as_dict(private=False)]})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city's own authority, whose certificate is also its server's."""
    folder = tmp_path_factory.mktemp("authority")
    new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=city"
    names = "-addext subjectAltName=DNS:localhost -keyout key.pem -out city.pem"
    subprocess.run(["sh", "-ec", f"openssl req -x509 {new} {names} 2>/dev/null"], cwd=folder, check=True)
    return folder / "city.pem"


@pytest.fixture
def provider(authority: Path) -> Iterator[str]:
    """An identity provider's key set, served with that certificate."""

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(KEY_SET)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}/keys"
    server.shutdown()
    thread.join()
    server.server_close()


def settings(file: Path | None) -> Settings:
    values = {name.lower(): value for name, value in GOOD.items() if name.startswith("TOKEN")}
    return Settings.model_validate(values | {"session_key": "A" * 43 + "=", "tls_ca_file": file})


def test_the_keys_of_a_provider_that_the_citys_authority_signed_are_read(authority: Path, provider: str) -> None:
    keys = RemoteKeys(provider, trusted_authorities(settings(authority)))
    keys._fetch()
    assert [key.kid for key in keys.get().keys] == [KEY.kid]


def test_without_the_file_that_authority_is_not_trusted(provider: str) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(provider, verify=trusted_authorities(settings(None)))


def test_public_authorities_count_beside_it(authority: Path) -> None:
    trusted = set(trusted_authorities(settings(authority)).get_ca_certs(binary_form=True))
    public = set(httpx.create_ssl_context().get_ca_certs(binary_form=True))
    assert public and public < trusted


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("no certificate")
    with pytest.raises(SystemExit, match=r"TLS_CA_FILE.*ca\.crt"):
        trusted_authorities(settings(tmp_path / "ca.crt"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"TLS_CA_FILE.*other\.crt"):
        require_files(settings(tmp_path / "other.crt"))
