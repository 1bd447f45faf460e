"""The dashboard: ``streamlit run app.py``.

The script it serves lies in ``pages/``, one folder below this file, because Streamlit would otherwise answer a page's
address on a fresh server by running that page alone, past everything the shell does first.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages import _files, _headers
from pages.widgets import trouble

app = st.App(
    Path(__file__).resolve().parent / "pages" / "_shell.py",
    routes=_files.ROUTES,
    middleware=[Middleware(_headers.SecurityHeaders)],
    on_script_error=trouble.show,
)
