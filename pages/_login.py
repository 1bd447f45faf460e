"""Logging in and out: small pages of their own that need nothing behind the login, not even a script."""

from __future__ import annotations

import asyncio
import html
import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.accounts import access, company, entrance, logins
from core.accounts.entrance import Entered
from core.accounts.person import Person
from core.errors import InputError, UserError
from core.settings import PROJECT_DIR, settings

log = logging.getLogger(__name__)
_PAGE = (PROJECT_DIR / "pages" / "assets" / "login.html").read_text(encoding="utf-8")
_LARGEST = 16 * 1024
_LONGEST_NEXT = 6000
_FOREIGN = "다른 사이트에서 보낸 로그인은 받지 않습니다. 이 주소에서 다시 열어 주세요."
NO_COMPANY = "회사 로그인이 설정되어 있지 않습니다. 이름과 비밀번호로 들어와 주세요."
_PENDING = "itembank_company_"
_MOST_PENDING = 4
_PROVING, _ASKING = ThreadPoolExecutor(2, "login"), ThreadPoolExecutor(4, "company")
"""Whoever is outside waits here, for an argon2 hash or for a company's server that does not answer: the loop's own few threads are
needed for every request and message of those who are in."""
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
    before, secure = request.cookies.get(logins.COOKIE, ""), request.url.scheme == "https"
    return await asyncio.get_running_loop().run_in_executor(_PROVING, _enter, fields, address, secure, before)


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
    """Return the address of a person's first page."""
    name = access.home_of(person)
    return "/" if name == "search" else f"/{name}"


def _form(wanted: str, name: str = "", error: str = "", status: int = 200) -> Response:
    try:
        demanded, by_company = logins.demanded(), _by_company(wanted)
    except UserError as trouble:
        log.exception("whether a login is asked for is not known")
        return _drawn("로그인", _said(str(trouble)), status=503)
    title = "로그인" if demanded else "이름 정하기"
    words = "" if demanded else "<p>판정과 메모에 남을 이름입니다. 이 컴퓨터에서만 열리므로 비밀번호는 없습니다.</p>"
    return _drawn(title, (
        f'{words}{_said(error) if error else ""}{by_company}<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{html.escape(wanted)}">'
        '<label for="name">이름</label><input id="name" name="name" autocomplete="username" maxlength="100" required '
        f'{"" if name and demanded else "autofocus "}value="{html.escape(name)}">'
        f'{_PASSWORD.replace("required", "required autofocus") if name and demanded else _PASSWORD if demanded else ""}'
        f'<button>{"로그인" if demanded else "이 이름으로 시작"}</button></form>'
    ), status=status)


def _enter(fields: dict[str, str], address: str, secure: bool, before: str) -> Response:
    wanted, name = next_of(fields.get("next", "")), fields.get("name", "")
    try:
        entered = entrance.by_name(name, fields.get("password", ""), address=address, before=before)
    except InputError as error:
        return _form(wanted, name, str(error), status=401)
    except UserError as error:
        log.exception("a login could not be stored")
        return _form(wanted, name, str(error), status=503)
    return _let_in(entered, wanted, secure=secure)


def _let_in(entered: Entered, wanted: str, *, secure: bool) -> Response:
    answer = RedirectResponse(wanted or home_of(entered.person), status_code=303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(logins.COOKIE, entered.value, max_age=int(entered.lasting.total_seconds()), path="/", httponly=True,
                      samesite="lax", secure=secure)
    return answer


def _by_company(wanted: str) -> str:
    """Return the link to the company's login, "" where there is none."""
    if not company.offered():
        return ""
    # A link and not a form: the policy sends forms to this server alone, and the company's is another.
    to = company.PATH + (f"?next={quote(wanted, safe='')}" if wanted else "")
    return (f'<a class="company" href="{html.escape(to)}">{html.escape(settings().oidc_name)}(으)로 로그인</a>'
            '<p class="or">또는 이 대시보드의 이름과 비밀번호로</p>')


async def company_login(request: Request) -> Response:
    """Send the browser to the company's login."""
    wanted = next_of(request.query_params.get("next", ""))
    begun = [name for name in request.cookies if name.startswith(_PENDING)]
    return await asyncio.get_running_loop().run_in_executor(_ASKING, _depart, wanted, begun, request.url.scheme == "https")


async def company_back(request: Request) -> Response:
    """Take the browser back from the company's login."""
    asked = {name: request.query_params.get(name, "")[:_LONGEST_NEXT] for name in ("state", "code", "error")}
    return await asyncio.get_running_loop().run_in_executor(_ASKING, _arrive, asked, request.cookies, request.url.scheme == "https")


def _depart(wanted: str, begun: list[str], secure: bool) -> Response:
    try:
        if not company.offered():
            return _form(wanted, error=NO_COMPANY, status=404)
        departure = entrance.depart(wanted)
    except UserError as error:
        log.exception("a company login could not begin")
        return _form(wanted, error=str(error), status=503)
    answer = RedirectResponse(departure.address, status_code=303, headers={"Cache-Control": "no-store"})
    # One cookie for each login begun, so that two tabs do not end each other's; those of many tabs left alone go.
    for name in begun if len(begun) >= _MOST_PENDING else ():
        answer.delete_cookie(name, path=company.PATH, httponly=True, samesite="lax", secure=secure)
    # Lax, because the way back is a link of another site.
    answer.set_cookie(_PENDING + departure.key, departure.pending, max_age=company.PENDING_SECONDS, path=company.PATH, httponly=True,
                      samesite="lax", secure=secure)
    return answer


def _arrive(asked: dict[str, str], cookies: dict[str, str], secure: bool) -> Response:
    name, before = _PENDING + company.key_of(asked["state"]), cookies.get(logins.COOKIE, "")
    try:
        if not company.offered():
            return _form("", error=NO_COMPANY, status=404)
        if name not in cookies and (person := logins.person_of(before)) is not None:
            # The Back button of somebody who is in: this login has ended well already.
            return RedirectResponse(home_of(person), status_code=303, headers={"Cache-Control": "no-store"})
        entered = entrance.by_company(pending=cookies.get(name, ""), before=before, **asked)
    except InputError as error:
        answer = _form("", error=str(error), status=401)
    except UserError as error:
        log.exception("a company login could not end")
        answer = _form("", error=str(error), status=503)
    else:
        answer = _let_in(entered, next_of(entered.wanted), secure=secure)
    if name in cookies:
        answer.delete_cookie(name, path=company.PATH, httponly=True, samesite="lax", secure=secure)
    return answer


def _said(sentence: str) -> str:
    return f'<p class="no" role="alert">{html.escape(sentence)}</p>'


def _drawn(title: str, body: str, status: int = 200) -> Response:
    page = _PAGE.replace("{{title}}", title).replace("{{body}}", body)
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


ROUTES = [Route("/login", login, methods=["GET", "POST"]), Route("/logout", logout, methods=["GET", "POST"]),
          Route(company.PATH, company_login, methods=["GET"]), Route(company.BACK, company_back, methods=["GET"])]
