"""The wall in front of everything the server answers: pages, sockets, figures, scripts, media, metrics.

With accounts, nobody passes without a login. Without any, only this machine's own browser passes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.accounts import company, logins
from core.accounts.person import Person
from core.errors import SettingError, UserError
from pages import _flow, _login, _talk, _uploads

log = logging.getLogger(__name__)
OPEN = frozenset({"/login", "/logout", company.PATH, company.BACK, "/fonts/PretendardVariable.woff2"})
"""What a browser without a login may ask for: the login page and its font."""
ASK = "로그인이 필요합니다."
_THIS_MACHINE = "this machine"
NOT_HERE = ("아직 로그인할 사람이 없어 이 컴퓨터의 브라우저에서만 열립니다. "
            "다른 컴퓨터에서 쓰려면 `python -m core users add 이름 --role developer`로 먼저 사람을 더해 주세요.")
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine itself."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        if name == "localhost":
            return True
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def refuse_open_network(address: str | None) -> None:
    """Refuse to listen beyond this machine while nobody can be asked for a password.

    Args:
        address: what the server is told to listen on; None or "" is every network.

    Raises:
        SettingError: the address is not this machine's own and there is no account, or a company login is set up in part.
    """
    company.offered()
    bare = address or "0.0.0.0"
    if is_loopback(f"[{bare}]" if ":" in bare else bare) or logins.demanded():
        return
    raise SettingError(
        f"로그인할 사람이 없어 네트워크 주소({address or '모든 주소'})로 열지 않았습니다. "
        "`python -m core users add 이름 --role developer`로 먼저 사람을 더하거나, 주소를 127.0.0.1로 두세요."
    )


class Wall:
    """ASGI middleware: passes on what may pass, answers the rest itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or socket through, or refuse it."""
        if scope["type"] == "http":
            answer = await self._request(scope)
            await (answer or self._app)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        try:
            demanded = await asyncio.to_thread(logins.demanded)
            if not demanded:
                return None if _at_this_machine(scope, headers) else PlainTextResponse(NOT_HERE, status_code=403)
            if path in OPEN:
                return None
            if (who := await asyncio.to_thread(logins.person_of, _cookie(headers))) is not None:
                return self._known(scope, headers, who)
        except UserError as error:
            log.exception("who asks could not be found out")
            return PlainTextResponse(str(error), status_code=503)
        if path.startswith("/labels/"):
            return JSONResponse({"reason": "로그인이 풀렸습니다. 다시 로그인하면 보관된 판정이 이어서 저장됩니다."}, status_code=401)
        if scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            wanted = quote(path, safe="/") + (f"?{query}" if query else "")
            wanted = "" if wanted == "/" else _login.next_of(wanted)
            to = f"/login?next={quote(wanted, safe='')}" if wanted else "/login"
            return RedirectResponse(to, status_code=303, headers={"Cache-Control": "no-store"})
        return PlainTextResponse(ASK, status_code=401, headers={"Cache-Control": "no-store"})

    def _known(self, scope: Scope, headers: Headers, who: Person) -> ASGIApp | None:
        """Return what answers somebody who is logged in; None for the dashboard itself."""
        if _uploads.is_one(scope):
            if (no := _uploads.refused(headers, who)) is not None:
                return PlainTextResponse(no, status_code=413)
            return _uploads.counted(self._app, who.name)
        if "text/html" in headers.get("accept", "") and _flow.full(who.name):
            # Only the page's address is asked for as one; refused here, the tab says why, which a socket cannot.
            return PlainTextResponse(_flow.TOO_MANY, status_code=429, headers={"Cache-Control": "no-store"})
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        opened_by = await self._talker(scope, headers) if _same_site(headers) else None
        name = opened_by.name if isinstance(opened_by, Person) else ""
        if opened_by is None or (name and _flow.full(name)):
            if (await receive())["type"] == "websocket.connect":
                await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
            return

        async def heard() -> Message:
            # A socket outlives the login and the role it was opened with: each message asks again. A part of a page that draws
            # itself anew is run without the shell around it; a browser that has to come back is shown what it may see now.
            while (message := await receive())["type"] == "websocket.receive":
                if await self._talker(scope, headers) != opened_by:
                    await send({"type": "websocket.close", "code": 1008, "reason": "not who it was"})
                    return {"type": "websocket.disconnect", "code": 1008}
                size = len(message.get("bytes") or b"")
                if size > _flow.LARGEST:
                    log.warning("a message of %s bytes was refused from a browser of %s", size, opened_by)
                    await send({"type": "websocket.close", "code": 1009, "reason": "too large"})
                    return {"type": "websocket.disconnect", "code": 1009}
                if name and (seconds := _flow.wait(name, size)):
                    await asyncio.sleep(seconds)
                if _passes(message, opened_by):
                    break
            return message

        with _flow.socket(name):
            await self._app(scope, heard, send)

    async def _talker(self, scope: Scope, headers: Headers) -> Person | str | None:
        """Return who talks, name and role; a word where this machine's own browser needs no name; None for whoever may not."""
        try:
            if await asyncio.to_thread(logins.demanded):
                return await asyncio.to_thread(logins.person_of, _cookie(headers))
        except UserError:
            log.exception("who talks could not be found out")
            return None
        return _THIS_MACHINE if _at_this_machine(scope, headers) else None


def _passes(message: Message, said_by: Person | str) -> bool:
    """Return whether a socket's message goes on to Streamlit, which hangs up on one that it cannot read."""
    said = _talk.kind(message.get("bytes") or b"")
    who = said_by if isinstance(said_by, Person) else None
    if not said or _talk.may_say(who, said, demanded=who is not None):
        return True
    log.warning("a socket's message was left out: %s", said)
    return False


def _at_this_machine(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser of this machine asks for this machine: a proxy that hands others in does not count."""
    client = scope.get("client")
    hosts = headers.getlist("host")
    if client is None or len(hosts) != 1 or any(name in headers for name in _FORWARDED):
        return False
    return is_loopback(f"[{client[0]}]" if ":" in client[0] else client[0]) and is_loopback(hosts[0])


def _same_site(headers: Headers) -> bool:
    """Return whether a socket is opened by a page of this server: browsers always say so, and name the page's host."""
    try:
        return urlsplit(headers.get("origin", "")).netloc == headers.get("host", "") != ""
    except ValueError:
        return False


def _cookie(headers: Headers) -> str:
    """Return the login's cookie; where a browser sends two of them, none counts."""
    found = [value.strip() for line in headers.getlist("cookie") for part in line.split(";")
             for name, _, value in [part.partition("=")] if name.strip() == logins.COOKIE]
    return found[0] if len(found) == 1 else ""
