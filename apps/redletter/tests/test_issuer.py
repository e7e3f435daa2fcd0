import json
from datetime import UTC, datetime

import jwt
import pytest
from typer.testing import CliRunner

from contracts.access import ROLES
from redletter import issuer
from redletter.main import app
from servicekit.runtime import wall_clock


def test_a_token_can_be_verified_with_the_published_key_and_carries_the_scopes_of_its_role(tmp_path):
    signed = issuer.token(tmp_path, "clerk", wall_clock(), sub="wang", minutes=5)

    head = jwt.get_unverified_header(signed)
    [key] = json.loads(issuer.key_set(tmp_path).read_text())["keys"]
    claims = jwt.decode(signed, jwt.PyJWK(key), algorithms=["EdDSA"], audience=issuer.AUDIENCE, issuer=issuer.ISSUER)
    assert head == {"alg": "EdDSA", "typ": "at+jwt", "kid": key["kid"]}
    assert claims["sub"] == "wang"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["scope"].split() == list(ROLES["clerk"])
    assert "d" not in key
    assert (tmp_path / "issuer.pem").stat().st_mode & 0o077 == 0


def test_no_two_tokens_have_the_same_id(tmp_path):
    at = datetime(2026, 3, 2, tzinfo=UTC)

    ids = {
        jwt.decode(issuer.token(tmp_path, "clerk", at), options={"verify_signature": False})["jti"] for _ in range(3)
    }

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("command", "code"),
    [(["token", "--role", "clerk"], 0), (["token", "--role", "nobody"], 2), (["status"], 3), (["down"], 0)],
)
def test_the_exit_code_says_what_happened(tmp_path, monkeypatch, command, code):
    monkeypatch.setenv("REDLETTER_HOME", str(tmp_path))

    assert CliRunner().invoke(app, command).exit_code == code
