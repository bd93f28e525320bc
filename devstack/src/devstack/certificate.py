"""A certificate of its own for a simulated server, kept so that clients can pin it."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALID_DAYS = 365


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for the loopback addresses; clients trust it by its own file."""

    path: Path
    key_path: Path

    @property
    def sha256_thumbprint(self) -> str:
        """Return the fingerprint as vSphere clients show it: `AB:CD:...`."""
        return _parsed(self.path).fingerprint(hashes.SHA256()).hex(":").upper()


def kept_certificate(directory: Path) -> Certificate:
    """Return the directory's certificate; make one if there is none that still holds for a day."""
    certificate = Certificate(directory / "certificate.pem", directory / "key.pem")
    if not (certificate.path.exists() and certificate.key_path.exists() and _still_holds(certificate)):
        directory.mkdir(parents=True, exist_ok=True)
        _write_new(certificate)
    return certificate


def _still_holds(certificate: Certificate) -> bool:
    return _parsed(certificate.path).not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def _parsed(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write_new(certificate: Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Surveyor devstack")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.key_path.touch(mode=0o600)
    certificate.key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
