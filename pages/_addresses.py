"""Addresses that a page is known by beside its own: they stand in mails, so they keep leading there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route


def meeting(request: Request) -> Response:
    """Lead from the design's address of the meeting to the page, at the same step."""
    return RedirectResponse(str(request.url.replace(scheme="", netloc="", path="/meeting")))


ROUTES = [Route("/walkthrough", meeting)]
