"""Who looks at the page."""

from __future__ import annotations

import streamlit as st

from core.accounts import logins
from core.accounts.person import Person


def current() -> Person | None:
    """Return the person logged in or picked in this browser, None where nobody is."""
    return logins.person_of(st.context.cookies.get(logins.COOKIE, ""))
