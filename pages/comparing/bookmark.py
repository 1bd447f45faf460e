"""Keeping a comparison for the meeting, under a title that the room understands."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.meeting import bookmarks
from core.store.bookmarks import Bookmark
from pages.comparing import data
from pages.comparing.address import Comparing
from pages.comparing.asked import Asked
from pages.labelling import shown
from pages.widgets import acts, person, results

_ACT = "compare.bookmark"
_NAMELESS = "누가 담았는지 남도록, 먼저 정답 라벨링에서 이름을 골라 주세요."
_PICTURE = "올린 그림은 주소에 담기지 않아 회의에 담을 수 없습니다. 그림을 쿼리로 저장하면 담을 수 있습니다."


def draw(found: Asked, who: Person | None) -> None:
    """Draw the door to keeping what is shown, or to taking it out again; closed while nothing is asked."""
    if found.query is None:
        # It keeps its place, so that the row does not jump when something is asked.
        st.popover("회의에 담기", icon=":material/bookmark_add:", key="compare.bookmark", disabled=True)
        return
    address = kept_address(found.address)
    here = next((each for each in data.kept_for_meeting(found.collection) if each.address == address), None)
    with st.popover("회의에 담김" if here else "회의에 담기", icon=":material/bookmark_added:" if here else ":material/bookmark_add:",
                    key="compare.bookmark"):
        if who is None or not person.may(who, "bookmarks") or found.image is not None:
            results.calm(_PICTURE if found.image is not None else _NAMELESS if who is None else rights.refusal("bookmarks"))
            return
        title = st.text_input("회의에서 부를 제목", value=here.title if here else title_of(found), max_chars=bookmarks.LONGEST_TITLE,
                              key=f"{_ACT}.title.{hash(address)}")
        with st.container(horizontal=True, gap="small"):
            acts.press("제목 바꾸기" if here else "담기", f"{_ACT}.keep", lambda: _keep(found.collection, address, title, who),
                       primary=True)
            if here:
                acts.press("빼기", f"{_ACT}.leave", lambda: _leave(found.collection, here, who))
        if here:
            results.notes([f"{here.by}님이 담았습니다."])
        acts.said()


def kept_address(address: Comparing) -> str:
    """Return what of a comparison is kept: what is asked of whom, not under which ground truth, which item is open
    or how large the letters are: the meeting has its own."""
    return replace(address, show="", list="", size="", diff=False, gt=None).link()


def title_of(found: Asked) -> str:
    """Return a title to begin with: the words of the query."""
    if found.stored is not None:
        return shown.title(found.stored, bookmarks.LONGEST_TITLE)
    return shown.short(found.address.q or f"문항 {found.address.item}과 비슷한 문항", bookmarks.LONGEST_TITLE)


def _keep(collection: str, address: str, title: str, who: Person) -> str:
    data.keep_for_meeting(collection, address, title, who)
    return "회의에 담았습니다. 'TF 회의'의 실제 검색에서 볼 수 있습니다."


def _leave(collection: str, kept: Bookmark, who: Person) -> str:
    data.leave_from_meeting(collection, kept.address, who)
    return "회의에서 뺐습니다."
