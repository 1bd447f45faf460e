"""What a company's OpenID provider publishes: its endpoints, its keys, and what it tells of a person when asked.

OpenID Connect Discovery 1.0 and OIDC Core 5.3. The address is a setting; nothing a browser sends is followed.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwk
from joserfc.errors import JoseError

from core.errors import StoreError
from core.settings import settings

log = logging.getLogger(__name__)
TIMEOUT = httpx2.Timeout(10.0)
UNREACHABLE = "회사 로그인 서버에 닿지 못했습니다. 잠시 뒤 다시 해 보고, 계속되면 담당자에게 알려 주세요."
_KEPT = 60.0
"""Seconds for which the metadata is believed: whoever begins a login while the issuer is down is told so here, in a sentence, and not
by their browser's own error."""
_SILENT = 5.0
"""Seconds for which an issuer that did not answer is not asked again: people do not wait for its silence one after the other."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_metadata: dict[str, tuple[float, dict[str, Any]]] = {}
_silent: dict[str, float] = {}


def published(name: str) -> str:
    """Return one value of the metadata, its own name or an address; "" for what the issuer does not have.

    Raises:
        StoreError: the issuer cannot be reached, or its metadata is not that of OIDC_ISSUER.
    """
    return str(_metadata_now().get(name) or "")


def takes_basic() -> bool:
    """Return whether the client may name itself in a header; without a word about it every issuer takes that (Discovery 1.0, 3)."""
    taken = _metadata_now().get("token_endpoint_auth_methods_supported")
    return not isinstance(taken, list) or "client_secret_basic" in taken


def keys() -> jwk.KeySet:
    """Return the keys it signs with today, less those of kinds that are not known here (RFC 7517, 5).

    Read at every login: a key that was taken back must not be believed for another hour.

    Raises:
        StoreError: the issuer cannot be reached.
    """
    found = []
    for each in _fetched(published("jwks_uri")).get("keys") or ():
        try:
            found.append(jwk.import_key(each))
        except (JoseError, LookupError, ValueError, TypeError):
            log.info("a key of the company's login is of an unknown kind")
    return jwk.KeySet(found)


def told_of(access_token: str) -> dict[str, Any]:
    """Return what the issuer says of the person an access token is for; empty where it has no such endpoint.

    Raises:
        StoreError: the issuer cannot be reached.
    """
    address = published("userinfo_endpoint")
    return _fetched(address, {"Authorization": f"Bearer {access_token}"}) if address and access_token else {}


def _metadata_now() -> dict[str, Any]:
    """Return the issuer's metadata; read once a minute."""
    issuer = settings().oidc_issuer
    kept = _metadata.get(issuer)
    if kept is None or time.monotonic() > kept[0]:
        if time.monotonic() < _silent.get(issuer, 0.0):
            raise StoreError(UNREACHABLE)
        try:
            told = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        except StoreError:
            _silent[issuer] = time.monotonic() + _SILENT
            raise
        # Whoever answers for another issuer, or sends secrets over an open line, is not the one that was set.
        if str(told.get("issuer", "")).rstrip("/") != issuer.rstrip("/") or not _safe(told, issuer):
            log.error("the metadata of the company's login does not fit OIDC_ISSUER")
            raise StoreError(UNREACHABLE)
        kept = _metadata[issuer] = (time.monotonic() + _KEPT, told)
    return kept[1]


def _safe(told: dict[str, Any], issuer: str) -> bool:
    scheme = urlsplit(issuer).scheme
    named = [str(told.get(name, "")) for name in _ENDPOINTS] + [str(told[name]) for name in ("userinfo_endpoint",) if told.get(name)]
    return all(urlsplit(address).scheme in {"https", scheme} for address in named)


def _fetched(address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        answer = httpx2.get(address, headers=headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())
    except (httpx2.HTTPError, ValueError, TypeError) as trouble:
        log.warning("the company's login server did not answer", exc_info=True)
        raise StoreError(UNREACHABLE) from trouble
