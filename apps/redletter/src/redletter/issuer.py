"""The development issuer: signs access tokens for the embedded mode; elsewhere an identity provider does."""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from contracts.access import ROLES

ISSUER = "https://issuer.redletter.invalid"
AUDIENCE = "redletter"


def key_set(home: Path) -> Path:
    """Give the file with the public key, which the services verify tokens with; make the pair on first use."""
    file = home / "jwks.json"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(home / "issuer.pem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as private:
            private.write(pem)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps({"keys": [_public(key)]}, indent=2))
        draft.replace(file)
    return file


def token(home: Path, role: str, now: datetime, *, sub: str = "", minutes: int = 60) -> str:
    """Sign an access token (RFC 9068) that carries the scopes of a role."""
    return signed(home, sub or role, ROLES[role], now, minutes)


def signed(home: Path, sub: str, scopes: Iterable[str], now: datetime, minutes: int) -> str:
    """Sign an access token for somebody who may do this."""
    key_set(home)
    key = load_pem_private_key((home / "issuer.pem").read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    issued = int(now.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "iat": issued,
        "exp": issued + minutes * 60,
        "jti": secrets.token_hex(16),
        "scope": " ".join(scopes),
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": _public(key)["kid"]})


def _public(key: Ed25519PrivateKey) -> dict[str, str]:
    """Give the public key as a JWK, named by its thumbprint (RFC 7638)."""
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64(raw)}
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**members, "kid": _base64(thumbprint), "alg": "EdDSA", "use": "sig"}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
