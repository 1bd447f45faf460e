"""Where the rater's browser sends its judgments; HTTP 200 comes after the commit and is the acknowledgement."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.accounts import grants, logins
from core.errors import ForbiddenError, InputError, NotFoundError, UserError
from core.labels import recording, tokens

log = logging.getLogger(__name__)
LARGEST_BODY = 1024 * 1024
_BUSY = "지금은 저장할 수 없습니다. 판정은 이 브라우저에 보관되며 곧 다시 보냅니다."


async def events(request: Request) -> Response:
    """Store one request's judgments: 200 with what was stored and refused, 401 without a login, 503 to send again."""
    if not _from_here(request):
        return _said(403, "다른 사이트에서 보낸 판정은 받지 않습니다.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return _said(413, "한 번에 보낸 판정이 너무 많습니다. 화면을 새로 고쳐 주세요.")
    return await asyncio.to_thread(_store, body, request.cookies.get(logins.COOKIE, ""))


def _store(body: bytes, cookie: str) -> Response:
    try:
        sent = json.loads(body)
        token, listed = sent["token"], sent["events"]
        if not isinstance(token, str) or not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise TypeError("not the form of a request")
    except (ValueError, TypeError, KeyError, RecursionError):
        return _said(400, "판정을 읽을 수 없습니다. 화면을 새로 고쳐 주세요.")
    try:
        with grants.reading().connection() as conn:
            assignment = tokens.read(conn, token)
        person = logins.person_of(cookie)
        if logins.demanded() and (person is None or person.name != assignment.rater):
            return _said(401, "로그인이 풀렸습니다. 다시 로그인하면 보관된 판정이 이어서 저장됩니다.")
        done = recording.record(grants.writing(person, "judging"), assignment, listed)
    except ForbiddenError as error:
        return _said(403, str(error))
    except (InputError, NotFoundError) as error:
        return _said(409, str(error))
    except UserError:
        log.exception("judgments could not be stored")
        return _said(503, _BUSY)
    except Exception:
        # A connection that broke in mid-commit is among these: the browser keeps the events and sends them again.
        log.exception("judgments could not be stored")
        return _said(503, _BUSY)
    return JSONResponse({"stored": done.stored, "refused": [{"uuid": uuid, "reason": why} for uuid, why in done.refused]})


def _from_here(request: Request) -> bool:
    """Return whether the request comes from a page of this server: no form of another site can send this content type."""
    origin = request.headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    return same and request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


def _said(status: int, words: str) -> Response:
    return JSONResponse({"reason": words}, status_code=status)


ROUTES = [Route("/labels/events", events, methods=["POST"])]
