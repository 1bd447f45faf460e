"""Files served beside the pages: item figures from the store, the Hangul font from ``data/``, scripts from ``pages/assets/``.

Figures are not handed to Streamlit's own ``/media`` or static folder: both answer anyone, past this app's middleware.
"""

from __future__ import annotations

import logging
import re

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.errors import UserError
from core.settings import PROJECT_DIR
from core.store import images
from pages.widgets import doors

log = logging.getLogger(__name__)
FONT_DIR = PROJECT_DIR / "data" / "fonts"
SCRIPT_DIR = PROJECT_DIR / "pages" / "assets"
SCRIPTS = frozenset({"compare.js", "label.js", "label_desk.js", "label_outbox.js", "meeting.js"})
FONTS = frozenset({"PretendardVariable.woff2"})
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def figure(request: Request) -> Response:
    """Answer one figure by the SHA-256 of its bytes; the name is the content, so a browser may keep it for ever."""
    name = request.path_params["sha"]
    if not _SHA256.fullmatch(name):
        return _missing()
    try:
        with doors.database().connection() as conn:
            found = images.get(conn, name)
    except UserError:
        log.exception("figure %s could not be read", name)
        return PlainTextResponse("지금은 그림을 읽을 수 없습니다. 잠시 뒤 다시 열어 주세요.", status_code=503)
    if found is None or found.media_type not in PICTURES:
        return _missing()
    return Response(
        found.data,
        media_type=found.media_type,
        headers={**_FOR_EVER, "Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def font(request: Request) -> Response:
    """Answer one of the shipped fonts."""
    name = request.path_params["name"]
    if name not in FONTS:
        return _missing()
    return FileResponse(FONT_DIR / name, media_type="font/woff2", headers=_FOR_EVER)


def script(request: Request) -> Response:
    """Answer one of the pages' own scripts: a file, because the policy lets no inline script run."""
    name = request.path_params["name"]
    if name not in SCRIPTS:
        return _missing()
    # Asked for again each time, answered by "not modified": a new version is there with the next page.
    return FileResponse(SCRIPT_DIR / name, media_type="text/javascript", headers={"Cache-Control": "private, no-cache"})


def _missing() -> Response:
    return PlainTextResponse("그런 파일이 없습니다.", status_code=404)


ROUTES = [Route("/figures/{sha}", figure), Route("/fonts/{name}", font), Route("/scripts/{name}", script)]
