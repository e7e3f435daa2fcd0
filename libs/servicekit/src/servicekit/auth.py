"""Bearer tokens: verified once, in one place, with every claim that matters; deny by default."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from contracts.base import Refused
from servicekit.settings import Settings

LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8192
ALGORITHMS = ["EdDSA", "ES256", "RS256"]
CLAIMS = ["iss", "aud", "sub", "exp", "iat", "jti"]


class NotAuthenticated(Refused):
    """Say who you are: a valid bearer token is needed."""

    status = 401


class NotAllowed(Refused):
    """Your role may not do this."""

    status = 403


@dataclass(frozen=True)
class Principal:
    """Who asks, and what they may do."""

    name: str
    scopes: frozenset[str]
    until: int


class Verifier:
    """Verifies access tokens against the configured key set; keeps what it has verified until it expires."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.verified: dict[str, Principal] = {}
        self.keys: dict[str, jwt.PyJWK] = {}
        self.read_at = 0.0

    def principal(self, authorization: str | None, now: int) -> Principal:
        """Give the principal of an `Authorization` header.

        Raises:
            NotAuthenticated: there is none, or it is not one of ours.
        """
        match = re.fullmatch(r"Bearer ([\w.~+/=-]+)", authorization or "")
        if match is None or len(match[1]) > LONGEST_TOKEN:
            raise NotAuthenticated
        token = match[1]
        known = self.verified.get(token)
        if known is None:
            known = self._verify(token)
            if len(self.verified) > 10_000:  # noqa: PLR2004  a bound, so that a flood of tokens costs no memory
                self.verified.clear()
            self.verified[token] = known
        if known.until + LEEWAY_SECONDS < now:
            raise NotAuthenticated("The token has expired.")
        return known

    def _verify(self, token: str) -> Principal:
        try:
            head = jwt.get_unverified_header(token)
            if head.get("typ") != "at+jwt" or {"crit", "jku", "jwk", "x5u"} & set(head):
                raise NotAuthenticated("This is not an access token.")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(str(head.get("kid"))),
                algorithms=ALGORITHMS,
                audience=self.settings.audience,
                issuer=self.settings.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": CLAIMS, "verify_aud": True},
            )
            if type(claims["exp"]) is not int or not isinstance(claims["sub"], str) or not claims["sub"]:
                raise NotAuthenticated("The token's claims are not of the right kind.")
        except (jwt.PyJWTError, ValueError, TypeError) as wrong:
            raise NotAuthenticated("The token is not valid here.") from wrong
        return Principal(claims["sub"], frozenset(str(claims.get("scope", "")).split()), claims["exp"])

    def _key(self, kid: str) -> jwt.PyJWK:
        path = self.settings.jwks_file
        if kid not in self.keys and path is not None and _changed(path) != self.read_at:
            self.read_at = _changed(path)
            self.keys = {k["kid"]: jwt.PyJWK(k) for k in json.loads(path.read_text())["keys"]}
        if kid not in self.keys:
            raise NotAuthenticated("The token was signed by nobody we know.")
        return self.keys[kid]


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
