"""The dashboard: ``streamlit run app.py``.

The script it serves lies in ``pages/``, one folder below this file, because Streamlit would otherwise answer a page's
address on a fresh server by running that page alone, past everything the shell does first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from core.backup import schedule
from core.engine.sampler import sampler, stop_sampler
from core.settings import settings
from core.store import close_database
from pages import _addresses, _files, _headers, _labels, _login, _wall
from pages.widgets import trouble


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Refuse a wrong setting, or a network without a login, before the first page; leave the database at the end.

    A server told to end by SIGTERM runs no ``atexit`` hooks, and the embedded database would go on without a user.
    """
    settings()
    try:
        _wall.refuse_open_network(st.get_option("server.address"))
        sampler()  # from now on, so that whoever opens the monitor later finds the hour before
        schedule.watch()
        yield
    finally:
        schedule.stop_watch()
        stop_sampler()
        close_database()


app = st.App(
    Path(__file__).resolve().parent / "pages" / "_shell.py",
    lifespan=lifespan,
    routes=[*_addresses.ROUTES, *_files.ROUTES, *_labels.ROUTES, *_login.ROUTES],
    middleware=[Middleware(_headers.SecurityHeaders), Middleware(_wall.Wall)],
    on_script_error=trouble.show,
)
