"""실제 검색: prepared and spontaneous queries, the systems' answers side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qs

import streamlit as st

from core.errors import NotFoundError
from core.search.query import LONGEST_TEXT
from core.store.bookmarks import Bookmark
from pages.comparing import columns, data, strip
from pages.comparing.asked import Asked as AskedComparison
from pages.labelling import shown as words
from pages.meeting_room.address import SIDE_BY_SIDE, Presented, presented
from pages.meeting_room.room import Room
from pages.widgets import address as addresses
from pages.widgets import cards, doors, markup, results, trouble
from pages.widgets.text import attribute

_KEY = "meeting.search"
_SETS = {"A · D": SIDE_BY_SIDE, "A · D · E": (*SIDE_BY_SIDE, "qwen3-vl+rerank"), "A–E 다섯": addresses.SIDE_BY_SIDE}
_OPEN = "무엇이든 불러 주세요. 같은 쿼리로 시스템들을 나란히 찾습니다."
_INVITATION = "참석자가 부르는 검색어를 쓰고 Enter를 누르세요"
_NONE = "모델 비교에서 '회의에 담기'를 누르면 담은 비교가 여기에 나옵니다. 그때까지는 예시를 보여 드립니다."
_GONE = "이 문항은 이 컬렉션에 없습니다."


def message(at: Room) -> str:
    """Return the slide's sentence: what is asked, or that somebody may ask."""
    asked, _ = presented(parameters())
    stored = next((one for one in data.queries(at.collection.name) if one.query_id == asked.query), None) if asked.query else None
    if said := asked.q or (stored.text if stored else ""):
        return f"“{words.short(said, 60)}” 하고 찾으면"
    if stored and stored.image_hash:
        return "이 그림으로 찾으면"
    return "이 문항과 비슷한 문항을 찾으면" if asked.item or stored else _OPEN


def parameters() -> dict[str, list[str]]:
    """Return the page's query parameters."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def kept(at: Room) -> list[Bookmark]:
    """Return the comparisons kept for the meeting."""
    return data.kept_for_meeting(at.collection.name)


def to_slide(bookmark: Bookmark) -> Presented:
    """Return a kept comparison as the slide shows it."""
    return presented(parse_qs(bookmark.address.removeprefix("?")))[0]


def draw(at: Room) -> None:
    """Draw the slide."""
    asked, notes = presented(parameters())
    st.session_state[_KEY] = asked.link()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="meeting-ask"):
        # A new widget for each query: it begins with what the address says.
        name = f"{_KEY}.{hash(asked.link())}"
        st.text_input("검색어", value=asked.q, key=name, placeholder=_INVITATION, label_visibility="collapsed", max_chars=LONGEST_TEXT,
                      icon=":material/search:", on_change=_ask, args=(name, asked))
        markup.draw(_choices(asked), width="content")
    markup.draw(_prepared(at, asked))
    results.notes(notes)
    graded = data.may_see_grades(at.collection.name, at.who)
    try:
        stored = data.stored(asked, at.collection.name, image=False)
    except NotFoundError as error:
        results.calm(str(error))
        return
    truth = data.grades(at.collection.name, asked.gt or at.asked.gt) if graded else None
    found = AskedComparison(asked, at.collection.name, None, stored)
    if asked.item or (stored is not None and (stored.image_hash or not _plain(stored.text))):
        strip.draw(found)
    if found.query is not None:
        columns.draw(columns.Shown(found, truth, False, "", below=False))
        markup.script("compare.js")
    if asked.show:
        st.dialog("문항", width="large", on_dismiss=_close)(_whole)(at, asked.show)


def last_link() -> str:
    """Return where the search was left in this browser; the empty search where it was not opened yet."""
    return cast("str", st.session_state.get(_KEY, "?step=search"))


def _plain(text: str | None) -> bool:
    """Return whether the slide's sentence says a query whole: words alone, no formula."""
    return bool(text) and not {"$", "\\"} & set(text or "")


def _choices(asked: Presented) -> str:
    sets = "".join(_link(name, replace(asked, systems=systems, base="", show=""), here=asked.systems == systems)
                   for name, systems in _SETS.items())
    figures = _link("그림", replace(asked, figures=not asked.figures), here=asked.figures)
    return f'<nav class="ib-meet-choices" aria-label="시스템">{sets}{figures}</nav>'


def _prepared(at: Room, asked: Presented) -> str:
    listed = [(each.title, to_slide(each)) for each in kept(at)]
    remark = "" if listed else f'<span class="ib-meet-small">{attribute(_NONE)}</span>'
    if not listed:
        plain = replace(asked, item="", query="", show="", base="", gt=None)
        listed = [(text, replace(plain, q=text)) for text in doors.examples(at.collection.name)]
    links = "".join(_link(title, to, here=(to.q, to.item, to.query) == (asked.q, asked.item, asked.query)) for title, to in listed)
    return f'<nav class="ib-meet-prepared" aria-label="준비한 쿼리">{links}{remark}</nav>'


def _link(name: str, to: Presented, *, here: bool) -> str:
    return f'<a href="{attribute(to.link())}" target="_self"{" aria-current=true" if here else ""}>{attribute(words.short(name, 34))}</a>'


def _ask(name: str, asked: Presented) -> None:
    text = st.session_state[name].strip()
    st.query_params.from_dict(cast("Any", replace(asked, q=text, item="", query="", show="").parameters()))


def _close() -> None:
    if "show" in st.query_params:
        del st.query_params["show"]


def _whole(at: Room, item_id: str) -> None:
    with trouble.boundary():
        stored = doors.items(at.collection.name, [item_id]).get(item_id)
        if stored is None:
            results.calm(_GONE)
        else:
            cards.whole(stored)
