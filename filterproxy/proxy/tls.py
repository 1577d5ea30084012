"""TLS of the two listening sides, by uvicorn, and what is wrong with the files it needs."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from filterproxy.config import Config
from filterproxy.proxy.address import StartError


def client_tls(config: Config) -> dict[str, Any]:
    """Settings of uvicorn.Config for client traffic."""
    found = _certificate(config.tls_cert, config.tls_key)
    if config.tls_client_ca:
        found |= {"ssl_ca_certs": config.tls_client_ca, "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return found


def admin_tls(config: Config) -> dict[str, Any]:
    """Settings of uvicorn.Config for the admin side."""
    return _certificate(config.admin_tls_cert, config.admin_tls_key)


def _certificate(cert: str, key: str) -> dict[str, Any]:
    return {"ssl_certfile": cert, "ssl_keyfile": key} if cert else {}


def check_tls(config: Config) -> None:
    """Look at the files that the configuration names. Raises StartError."""
    _check_certificate("", config.tls_cert, config.tls_key)
    check_admin_tls(config)
    if config.tls_client_ca:
        _check_authorities(config.tls_client_ca)


def check_admin_tls(config: Config) -> None:
    """Look at the files of the admin side alone. Raises StartError."""
    _check_certificate("admin_", config.admin_tls_cert, config.admin_tls_key)


def _check_certificate(prefix: str, cert: str, key: str) -> None:
    if not cert:
        return
    _readable(f"{prefix}tls_cert", cert)
    _readable(f"{prefix}tls_key", key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key, password=_no_password)
    except _Encrypted:
        raise StartError(
            f"{prefix}tls_key {key} is encrypted, and nobody is there to type its password"
        ) from None
    except (ssl.SSLError, ValueError) as error:
        if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            raise StartError(f"{prefix}tls_key {key} is not the key of {prefix}tls_cert {cert}") from None
        raise StartError(
            f"{prefix}tls_cert {cert} and {prefix}tls_key {key} must hold a certificate and its key, in PEM"
        ) from None


def _check_authorities(file: str) -> None:
    _readable("tls_client_ca", file)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(file)
    except ssl.SSLError:
        raise StartError(f"tls_client_ca {file} must hold certificates, in PEM") from None


def _readable(setting: str, file: str) -> None:
    try:
        with Path(file).open("rb"):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StartError(f"{setting} {file} cannot be opened: {reason}") from None


class _Encrypted(Exception):
    """A key wants a password."""


def _no_password() -> str:
    raise _Encrypted
