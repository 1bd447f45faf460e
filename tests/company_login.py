"""A company's login server for tests: an OpenID provider that lets whoever is named in without asking."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "itembank", "company+secret:/%41"
"""Letters that a header must not carry as they are."""


class Provider:
    """What it says of the one who logs in next, and how honestly it signs."""

    def __init__(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.published = self.key
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "김하늘", "roles": ["itembank-tf"]}
        self.spoil: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.told: dict[str, Any] | None = None
        """What it says to whoever asks with an access token; the ID token then holds the subject alone."""
        self.methods: list[str] | None = None
        self.odd_keys: list[dict[str, str]] = []
        self.broken = False
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.issuer = ""

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= (self.claims if self.told is None else {"sub": self.claims["sub"]}) | self.spoil
        if self.algorithm == "none":
            def part(told: dict[str, Any]) -> str:
                return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()

            return f"{part({'alg': 'none'})}.{part(claims)}."
        key = jwk.OctKey.import_key(SECRET.ljust(32, "0")) if self.algorithm == "HS256" else self.key
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=[self.algorithm])


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve one on a free port of this machine."""
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path.endswith("/openid-configuration"):
                names = ["authorization", "token", *(["userinfo"] if state.told else [])]
                ends: dict[str, Any] = {f"{name}_endpoint": f"{state.issuer}/{name}" for name in names}
                ends |= {"token_endpoint_auth_methods_supported": state.methods} if state.methods else {}
                self._tell({"issuer": state.issuer, "jwks_uri": f"{state.issuer}/keys"} | ends)
            elif parts.path == "/keys":
                self._tell({"keys": [*state.odd_keys, state.published.as_dict(private=False)]})
            elif parts.path == "/userinfo":
                self._tell(state.told or {}, status=200 if self.headers["Authorization"] == "Bearer a" else 401)
            else:
                state.asked.append(asked)
                code = f"code-{len(state.asked)}"
                state.codes[code] = asked
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
                self.end_headers()

        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            begun = state.codes.pop(body["code"][0], None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(body["code_verifier"][0].encode()).digest()).rstrip(b"=").decode()
            basic = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
            named = self.headers["Authorization"] == f"Basic {basic}"
            if state.methods == ["client_secret_post"]:
                named = (body["client_id"], body["client_secret"]) == ([CLIENT], [SECRET]) and "Authorization" not in self.headers
            if state.broken:
                self._send(b"<h1>Bad gateway</h1>", "text/html", 200)
            elif begun is None or begun["code_challenge"] != challenge or not named:
                self._tell({"error": "invalid_grant"}, status=400)
            else:
                self._tell({"access_token": "a", "token_type": "Bearer", "id_token": state.token(begun["nonce"])})

        def _tell(self, told: dict[str, Any], status: int = 200) -> None:
            self._send(json.dumps(told).encode(), "application/json", status)

        def _send(self, body: bytes, kind: str, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
