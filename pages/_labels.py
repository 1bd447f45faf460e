"""Routes the label component posts to."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
