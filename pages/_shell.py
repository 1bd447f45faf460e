"""What stands around every page: title, navigation, style, who is here, and the one place where an error becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.accounts import access, logins, rights
from core.accounts.person import ROLES
from pages.widgets import jobs, person, results, style, trouble
from pages.widgets.style import ASSETS

NAME = "문항은행 검색 POC"
st.set_page_config(
    page_title=NAME,
    # An icon by name would be fetched from a font server; a file is not.
    page_icon=ASSETS / "favicon.png",
    layout="wide",
)
st.logo(ASSETS / "name.png", size="small")
NOT_YOURS = "이 화면은 {name} 님의 역할({role})로는 볼 수 없습니다. 위에서 볼 수 있는 화면을 골라 주세요."
NOT_YOUR_TAB = "{before} 님이 쓰던 화면이라 적다 만 글이 남아 있습니다. 새로 고치면 {now} 님의 화면이 열립니다."
_LANDED, _WHOSE = "shell.landed", "shell.whose"
PAGES = {
    # The default page answers at "/" alone.
    "search": ("playground.py", "검색 플레이그라운드", ":material/search:", None),
    "compare": ("compare.py", "모델 비교", ":material/view_column:", "compare"),
    "label": ("label.py", "정답 라벨링", ":material/edit_note:", "label"),
    "metrics": ("metrics.py", "지표와 판정", ":material/monitoring:", "metrics"),
    "performance": ("performance.py", "성능", ":material/speed:", "performance"),
    "vram": ("vram.py", "VRAM 모니터", ":material/memory:", "vram"),
    "progress": ("progress.py", "진행", ":material/checklist:", "progress"),
    "report": ("report.py", "보고서와 결정", ":material/contract:", "report"),
    "meeting": ("meeting.py", "TF 회의", ":material/present_to_all:", "meeting"),
    "data": ("data.py", "데이터와 설정", ":material/database:", "data"),
}


def _shell() -> None:
    """Draw what is around a page, and the page where this person may see it."""
    who, allowed = None, frozenset(PAGES)
    unknown: Exception | None = None
    try:
        who = person.current()
        allowed = access.pages_for(who, demanded=logins.demanded())
    except Exception as error:
        # Who is here cannot be known without the database; then no page is drawn, only the sentence that says why.
        unknown = error
    drawn = {name: st.Page(file, title=title, icon=icon, url_path=path, default=path is None,
                           visibility="visible" if name in allowed else "hidden")
             for name, (file, title, icon, path) in PAGES.items()}
    page = st.navigation(list(drawn.values()), position="top")
    # Open tabs and bookmarks are told apart by their first words.
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    style.apply()
    if unknown is not None:
        trouble.show(unknown)
        return
    person.draw(who)
    if who is not None and (before := st.session_state.setdefault(_WHOSE, who.name)) != who.name:
        # A tab left open on a shared computer comes back with its session under the next one's login.
        results.calm(NOT_YOUR_TAB.format(before=before, now=who.name))
        return
    name = next((name for name, each in drawn.items() if each is page), "")
    _land(access.home_of(who), name, drawn, allowed)
    if name in allowed:
        with trouble.boundary():
            page.run()
    elif who is None:
        results.calm(rights.LOGGED_OUT)
    else:
        results.calm(NOT_YOURS.format(name=who.name, role=ROLES[who.role]))
    if name in allowed:
        with trouble.boundary():
            jobs.tray(who)


def _land(home: str, name: str, drawn: Mapping[str, st.Page], allowed: frozenset[str]) -> None:
    """Lead whoever comes in by the bare address to their own page, once: afterwards the search is a page like the others."""
    came_in = not st.session_state.get(_LANDED)
    st.session_state[_LANDED] = True
    if name == "search" != home and home in allowed and not st.query_params and (came_in or name not in allowed):
        st.switch_page(drawn[home])


_shell()
