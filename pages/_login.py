"""Logging in and out: small pages of their own that need nothing behind the login, not even a script."""

from __future__ import annotations

import asyncio
import html
import logging
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.accounts import logins, users
from core.accounts.person import Person
from core.errors import InputError, UserError
from core.settings import PROJECT_DIR
from core.store import open_database

log = logging.getLogger(__name__)
_PAGE = (PROJECT_DIR / "pages" / "assets" / "login.html").read_text(encoding="utf-8")
_LARGEST = 16 * 1024
_LONGEST_NEXT = 6000
_FOREIGN = "다른 사이트에서 보낸 로그인은 받지 않습니다. 이 주소에서 다시 열어 주세요."
_PASSWORD = ('<label for="password">비밀번호</label>'
             '<input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required>')


def next_of(wanted: str) -> str:
    """Return where to go after the login: a path of this server, "" for anything that could lead elsewhere."""
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > _LONGEST_NEXT:
        return ""
    # Browsers read a backslash as a slash and drop tabs and line ends: "/\host" and "/<tab>/host" are other sites.
    if "\\" in wanted or any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in wanted):
        return ""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc or parts.path.rstrip("/") in ("/login", "/logout") else wanted


async def login(request: Request) -> Response:
    """Show the form, or log the browser in and go on to where it wanted to go."""
    if request.method != "POST":
        wanted = next_of(request.query_params.get("next", ""))
        return await asyncio.to_thread(_form, wanted)
    if not from_here(request):
        return _drawn("로그인", f'<p class="no" role="alert">{_FOREIGN}</p>', status=403)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            return _drawn("로그인", '<p class="no" role="alert">보낸 내용이 너무 깁니다.</p>', status=413)
    fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()}
    address = request.client.host if request.client else ""
    return await asyncio.to_thread(_enter, fields, address, request.url.scheme == "https", request.cookies.get(logins.COOKIE, ""))


async def logout(request: Request) -> Response:
    """Log the browser out; a link from another site only gets asked back."""
    asked = request.method == "POST" and from_here(request)
    if asked or request.headers.get("sec-fetch-site") == "same-origin":
        value = request.cookies.get(logins.COOKIE, "")
        try:
            if value:
                await asyncio.to_thread(logins.end, value)
        except UserError as error:
            log.exception("a login could not be ended")
            return _drawn("로그아웃", _said(str(error)), status=503)
        answer = RedirectResponse(f"/login?next={quote(wanted)}" if (wanted := next_of(request.query_params.get("next", "")))
                                  else "/login", status_code=303)
        answer.delete_cookie(logins.COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return answer
    return _drawn("로그아웃", '<form method="post" action="/logout"><p>이 브라우저에서 로그아웃할까요?</p>'
                          '<button>로그아웃</button></form><p class="aside"><a href="/">돌아가기</a></p>')


def from_here(request: Request) -> bool:
    """Return whether a form was sent by a page of this server, as far as browsers say."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return site == "same-origin"
    try:
        return origin != "null" and urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False


def home_of(person: Person | None) -> str:
    """Return the first page of a person."""
    return "/label" if person is not None and person.role == "rater" else "/"


def _form(wanted: str, name: str = "", error: str = "", status: int = 200) -> Response:
    try:
        demanded = logins.demanded()
    except UserError as trouble:
        log.exception("whether a login is asked for is not known")
        return _drawn("로그인", _said(str(trouble)), status=503)
    title = "로그인" if demanded else "이름 정하기"
    words = "" if demanded else "<p>판정과 메모에 남을 이름입니다. 이 컴퓨터에서만 열리므로 비밀번호는 없습니다.</p>"
    return _drawn(title, (
        f'{words}{_said(error) if error else ""}<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{html.escape(wanted)}">'
        '<label for="name">이름</label><input id="name" name="name" autocomplete="username" maxlength="100" required '
        f'{"" if name and demanded else "autofocus "}value="{html.escape(name)}">'
        f'{_PASSWORD.replace("required", "required autofocus") if name and demanded else _PASSWORD if demanded else ""}'
        f'<button>{"로그인" if demanded else "이 이름으로 시작"}</button></form>'
    ), status=status)


def _enter(fields: dict[str, str], address: str, secure: bool, before: str) -> Response:
    wanted, name = next_of(fields.get("next", "")), fields.get("name", "")
    try:
        database = open_database()
        if logins.demanded(db=database):
            name = users.prove(database, name=name, password=fields.get("password", ""), address=address).name
            value = logins.begin(name, picked=False, db=database)
        else:
            value = logins.begin(users.clean_name(name), picked=True, db=database)
        if before:
            logins.end(before, db=database)
        person = logins.person_of(value, db=database)
    except InputError as error:
        return _form(wanted, name, str(error), status=401)
    except UserError as error:
        log.exception("a login could not be stored")
        return _form(wanted, name, str(error), status=503)
    answer = RedirectResponse(wanted or home_of(person), status_code=303)
    answer.set_cookie(logins.COOKIE, value, max_age=int(logins.LASTING.total_seconds()), path="/", httponly=True,
                      samesite="lax", secure=secure)
    return answer


def _said(sentence: str) -> str:
    return f'<p class="no" role="alert">{html.escape(sentence)}</p>'


def _drawn(title: str, body: str, status: int = 200) -> Response:
    page = _PAGE.replace("{{title}}", title).replace("{{body}}", body)
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


ROUTES = [Route("/login", login, methods=["GET", "POST"]), Route("/logout", logout, methods=["GET", "POST"])]
