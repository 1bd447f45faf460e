"""Logging in with a company's OpenID provider: authorization code with PKCE (RFC 7636), the token checked (OIDC Core 3.1.3.7).

Not Streamlit's own `st.login`: its cookie is known to pages alone, and figures, labels and sockets stand behind our wall.
"""

from __future__ import annotations

import base64
import hmac
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError

from core.accounts import issuer
from core.accounts.issuer import UNREACHABLE
from core.errors import InputError, SettingError, StoreError
from core.settings import Settings, settings
from core.store import Database, secrets

log = logging.getLogger(__name__)
PATH, BACK = "/login/company", "/login/company/back"
PENDING_SECONDS = 600
"""How long a browser may stay at the company's login before it has to begin again."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a public key alone: with a symmetric one, or none, whoever knows the client could make tokens."""
_LEEWAY = 60
"""Seconds that the clocks of issuer and dashboard may differ."""
EXPIRED = "로그인이 너무 오래 걸렸거나 다른 창에서 시작되었습니다. 로그인 화면에서 다시 시작해 주세요."
REFUSED = "회사 로그인에서 거절되었거나 취소되었습니다. 다시 해 보거나 담당자에게 물어 주세요."
UNPROVEN = "회사 로그인이 보낸 증명을 믿을 수 없어 들이지 않았습니다. 담당자에게 알려 주세요."


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it carries in a cookie of its own until it is back: each tab may begin a login."""

    address: str
    key: str
    pending: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back: the claims of a checked token, and the path the browser wanted to see."""

    claims: dict[str, Any]
    wanted: str



def offered() -> bool:
    """Return whether a company login is set up.

    Raises:
        SettingError: it is set up in part.
    """
    now = settings()
    if not now.oidc_issuer:
        return False
    if not (now.oidc_client_id and now.oidc_client_secret.get_secret_value() and now.oidc_address):
        raise SettingError("회사 로그인에는 OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ADDRESS도 필요합니다. 모두 정하고 다시 시작해 주세요.")
    return True


def depart(db: Database, *, wanted: str) -> Departure:
    """Begin a login: state, nonce and verifier are this browser's own.

    Raises:
        StoreError: the issuer cannot be reached.
    """
    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
    with _client(settings()) as client:
        address, _ = client.create_authorization_url(issuer.published("authorization_endpoint"), state=state, nonce=nonce,
                                                     code_verifier=verifier)
    return Departure(address, key_of(state), _signer(db).dumps([state, nonce, verifier, wanted]))


def key_of(state: str) -> str:
    """Return what tells one login of a browser from its others: the beginning of its state, which is letters and digits."""
    return state[:12]


def arrive(db: Database, *, pending: str, state: str, code: str, error: str = "") -> Arrival:
    """End a login: exchange the code, check the token.

    Raises:
        InputError: another browser began it, it took too long, the company refused, or the token proves nothing.
        StoreError: the issuer cannot be reached.
    """
    try:
        expected, nonce, verifier, wanted = _signer(db).loads(pending, max_age=PENDING_SECONDS)
    except BadSignature as bad:
        raise InputError(EXPIRED) from bad
    if not hmac.compare_digest(state.encode(), expected.encode()):
        raise InputError(EXPIRED)
    if error or not code:
        log.info("the company's login came back without a code: %s", error[:100].encode("ascii", "replace"))
        raise InputError(REFUSED)
    try:
        with _client(settings()) as client:
            token = client.fetch_token(issuer.published("token_endpoint"), grant_type="authorization_code", code=code,
                                       code_verifier=verifier)
    except OAuthError as refused:
        log.warning("the company's login refused the code: %s", refused.error)
        raise InputError(REFUSED) from refused
    except (httpx2.HTTPError, ValueError) as trouble:  # no JSON: a proxy's page stands in for the issuer's answer
        log.warning("the company's login gave no token", exc_info=True)
        raise StoreError(UNREACHABLE) from trouble
    return Arrival(_complete(_proven(str(token.get("id_token") or ""), nonce), str(token.get("access_token") or "")), wanted)


def _proven(token: str, nonce: str) -> dict[str, Any]:
    now = settings()
    rules = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY, iss={"essential": True, "value": issuer.published("issuer")}, aud={"essential": True, "value": now.oidc_client_id},
        exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": nonce})
    try:
        claims = jwt.decode(token, issuer.keys(), algorithms=_ALGORITHMS).claims
        rules.validate(claims)
        # With several audiences the token must say that it was made for this one (OIDC Core 3.1.3.7, 4 and 5).
        if claims.get("azp", now.oidc_client_id) != now.oidc_client_id or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1
                                                                           and "azp" not in claims):
            raise InputError(UNPROVEN)
    except (JoseError, ValueError, TypeError) as bad:
        log.warning("a company login's token was refused: %s", type(bad).__name__)
        raise InputError(UNPROVEN) from bad
    return claims


def _complete(claims: dict[str, Any], access_token: str) -> dict[str, Any]:
    """Return a token's claims with what the issuer keeps for those who ask: many put names and roles there alone (OIDC Core 5.4)."""
    now = settings()
    if "name" in claims and (not now.oidc_roles or now.oidc_roles_claim.split(".")[0] in claims):
        return claims
    told = issuer.told_of(access_token)
    # Only what it says of this very person counts (OIDC Core 5.3.2).
    if told and told.get("sub") != claims["sub"]:
        log.warning("a company login's answer is about somebody else")
        raise InputError(UNPROVEN)
    return told | claims


def _client(now: Settings) -> OAuth2Client:
    return OAuth2Client(now.oidc_client_id, now.oidc_client_secret.get_secret_value(), scope=now.oidc_scope,
                        token_endpoint_auth_method=_in_header if issuer.takes_basic() else "client_secret_post",
                        redirect_uri=now.oidc_address.rstrip("/") + BACK, code_challenge_method="S256", timeout=issuer.TIMEOUT)


def _in_header(client: OAuth2Client, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """Name the client in a header, both parts form-encoded (RFC 6749, 2.3.1), which the library leaves out."""
    named = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    return uri, headers | {"Authorization": f"Basic {base64.b64encode(named.encode()).decode()}"}, body


def _signer(db: Database) -> URLSafeTimedSerializer:
    with db.connection() as conn:
        return URLSafeTimedSerializer(secrets.key(conn, "company-login"), salt="pending")
