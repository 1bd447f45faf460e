"""Who looks at the page."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import streamlit as st

from core.accounts import access, logins, rights
from core.accounts.person import ROLES, Person
from core.accounts.rights import Act
from pages.widgets import markup, text


def current() -> Person | None:
    """Return the person logged in or picked in this browser, None where nobody is."""
    value = st.context.cookies.get(logins.COOKIE, "")
    # Without a browser (Streamlit's own AppTest) there is no text here.
    return logins.person_of(value) if isinstance(value, str) else None


def may(who: Person | None, act: Act) -> bool:
    """Return whether to draw what does an act for this person; the act itself is asked for again by ``doors.writing``."""
    return rights.may(who, act, demanded=logins.demanded())


def may_open(who: Person | None, page: str, part: str) -> bool:
    """Return whether this person may open a part of a page."""
    return access.may_open(who, page, part, demanded=logins.demanded())


def draw(who: Person | None) -> None:
    """Say at the header's end who is here, with the way out; nothing where nobody is. Takes no room on the page."""
    if who is None:
        return
    to, word = (f"/login?next={_here()}", "이름 바꾸기") if who.picked else ("/logout", "로그아웃")
    title = "이 컴퓨터에서 고른 이름" if who.picked else ROLES[who.role]
    with st.container(key="person"):
        markup.draw(f'<div class="ib-person"><b title="{title}">{text.attribute(who.name)}</b>'
                    f'<a href="{to}" target="_self">{word}</a></div>')


def _here() -> str:
    """Return the path of the page that is shown, to come back to."""
    url = st.context.url
    return quote(urlsplit(url).path or "/", safe="/") if isinstance(url, str) else "/"
