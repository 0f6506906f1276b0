"""A test authority, valid and invalid certificates, and a server over loopback with one of them."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.upstream.worlds import ok

HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elsewhere.invalid")
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


class Authority:
    """A signing authority; clients trusting it get its certificate from `file`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key, self._name = folder, _new_key(), _name("our authority")
        made = _begun(self._name, self._name, self._key, -DAY, 2 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        made = made.add_extension(_usage(), critical=True)
        self.file = _written(folder / "authority.pem", made.sign(self._key, hashes.SHA256()))

    def sign(self, name: x509.GeneralName, begins: timedelta = -DAY, ends: timedelta = DAY) -> Path:
        """A certificate for a name with its key, valid between two moments counted from now."""
        key = _new_key()
        made = _begun(_name("a server"), self._name, key, begins, ends)
        made = made.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(issuer, critical=False)
        return _written(self._folder / "server.pem", made.sign(self._key, hashes.SHA256()), key)


def sign_oneself(folder: Path) -> Path:
    """A self-signed certificate for this host, with its key."""
    key = _new_key()
    made = _begun(_name("nobody"), _name("nobody"), key, -DAY, DAY)
    made = made.add_extension(x509.SubjectAlternativeName([HERE]), critical=False)
    return _written(folder / "alone.pem", made.sign(key, hashes.SHA256()), key)


@contextlib.contextmanager
def shown(certificate: Path, body: bytes = b"[1]") -> Iterator[tuple[str, list[bytes]]]:
    """A server answering 200 to every client accepting its certificate; yields its URL and all requests."""
    asked: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, context, body, asked), daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/api/v1", asked
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, context: ssl.SSLContext, body: bytes, asked: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as safe:
            asked.append(safe.recv(65536))
            safe.sendall(ok(body, "Content-Type: application/json"))


def _new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: Key, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now + begins).not_valid_after(now + ends)


def _usage() -> x509.KeyUsage:
    """The key usage of an authority: signing."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    never = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **never)


def _written(path: Path, certificate: x509.Certificate, key: Key | None = None) -> Path:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) if key else b""
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    return path
