# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the platform: redirects, proxies, certificates, and what crosses a network unencrypted."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import Unreachable
from tests.unit.plugins.module_utils._platform.scripted_platform import TOKEN, WRITES, listing, platform
from tests.unit.plugins.module_utils.scripted_server import ScriptedServer, answer, scripted_server


def test_no_redirect_takes_the_token_along(server: ScriptedServer) -> None:
    with scripted_server() as other:
        other.script = [listing()]
        server.script = [answer(302, Location=f"{other.url}/elsewhere")]
        for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
            with pytest.raises(InputError, match="redirect to http://127.0.0.1, which is not followed"):
                call(platform(server.url))
        assert other.calls == []


def test_a_netrc_file_does_not_replace_the_token(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script = [listing()]
    platform(server.url).cloud_accounts()
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "proxy",
    ["http://", "http://proxy.example.com:abc", "foo://host", "http://user:hunter2@:x", "http://user:hunter2@host:bad"],
)
def test_a_garbage_proxy_is_one_clear_error(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, slept: list[float], proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
        with pytest.raises(Unreachable, match=r"O\(platform_url\): .*http_proxy names") as error:
            call(platform(server.url))
        assert "hunter2" not in str(error.value)
    assert slept == []


def test_a_host_beside_the_proxy_is_not_blamed_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:abc")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(Unreachable, match="Connection refused") as error:
        platform("http://127.0.0.1:1").cloud_accounts()
    assert "proxy" not in str(error.value)


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_nobody_takes_is_looked_at_again(method: str) -> None:
    with pytest.raises(OutcomeUnknown, match="Connection refused"):
        WRITES[method](platform("http://127.0.0.1:1"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate for 127.0.0.1 that no system knows, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a CA of the test's own")])
    today = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, today, today + datetime.timedelta(days=1))
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, *form))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with scripted_server(context) as running:
        yield running


def test_a_certificate_that_is_not_trusted_names_the_option_for_it(secure: ScriptedServer, slept: list[float]) -> None:
    for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
        with pytest.raises(InputError, match=r"O\(platform_ca_path\): the certificate of .* is not trusted"):
            call(platform(secure.url))
    assert slept == []


def test_the_platforms_own_ca_is_trusted_where_its_file_is_given(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(certificate.parent))
    secure.script = [listing()]
    assert platform(secure.url, platform_ca_path=f"~/{certificate.name}").cloud_accounts() == []


@pytest.mark.parametrize(
    ("url", "insecure"),
    [
        ("https://platform.example.com", False),
        ("http://platform.example.com", True),
        ("http://127.evil.example.com", True),
        ("http://10.0.0.1:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://127.1.2.3", False),
        ("http://[::1]:80", False),
        ("HTTP://LOCALHOST", False),
        ("http://platform.localhost", False),
        ("http://notlocalhost", True),
    ],
)
def test_an_unencrypted_address_beyond_this_machine_is_insecure(url: str, insecure: bool) -> None:
    assert platform(url).is_insecure is insecure
