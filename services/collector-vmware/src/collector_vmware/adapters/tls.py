"""TLS towards a source: by authority, by thumbprint, or unverified where the settings say so."""

import hashlib
import socket
import ssl

from collector_vmware.errors import CertificateRefused, SourceUnreachable
from collector_vmware.settings import SourceSettings

CONNECT_TIMEOUT_SECONDS = 15


def tls_context(source: SourceSettings) -> ssl.SSLContext:
    """Return a context for all connections to a source, tried once before anything is sent.

    A thumbprint is turned into trust in exactly the certificate it was computed from, so that every
    later connection is checked by the TLS library itself.

    Raises:
        CertificateRefused: The certificate is not to be trusted.
        SourceUnreachable: There was no certificate to look at.
    """
    if not source.tls.verify:
        context = _unverified()
    elif source.tls.thumbprint:
        context = _pinned(source, source.tls.thumbprint)
    else:
        context = ssl.create_default_context(cafile=source.tls.ca_file)
    _certificate(source, context)
    return context


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _pinned(source: SourceSettings, thumbprint: str) -> ssl.SSLContext:
    certificate = _certificate(source, _unverified())
    found = hashlib.sha256(certificate).hexdigest()
    if found != thumbprint:
        raise CertificateRefused(
            f"{source.address} shows a certificate with SHA-256 {found}, not {thumbprint}"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=certificate)
    return context


def _certificate(source: SourceSettings, context: ssl.SSLContext) -> bytes:
    """Shake hands and return the source's certificate in DER."""
    address = (source.host, source.port)
    try:
        with (
            socket.create_connection(address, CONNECT_TIMEOUT_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=source.host) as secured,
        ):
            return secured.getpeercert(binary_form=True) or b""
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(f"certificate of {source.address}: {error.verify_message}") from None
    except OSError as error:
        raise SourceUnreachable(f"{source.address}: {error.strerror or type(error).__name__}") from None
