"""The inputs of a comparison: what is asked, which systems answer, what of the answers is shown."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import NotFoundError
from core.search.query import Query
from core.store.queries import QueryRevision
from pages.comparing import data
from pages.comparing.address import FEWEST, MOST, Comparing, Listing, parse, together
from pages.widgets import chooser, markup, query
from pages.widgets.address import DEPTHS, written
from pages.widgets.state import key, touch

LISTINGS: dict[Listing, str] = {"": "쿼리 목록 없음", "labelled": "정답 있는 쿼리", "disagree": "의견이 갈리는 순",
                                "all": "모든 쿼리"}
ENOUGH = f"한 화면에는 {MOST}개까지 나란히 놓을 수 있어, 앞의 {MOST}개만 보입니다."
TOO_FEW = "비교에는 시스템이 둘 이상 있어야 해서, 하나를 함께 보여 드립니다."
_COPY = '<div><button type="button" class="ib-copy" title="지금 보이는 화면의 주소를 복사합니다">링크 복사</button></div>'
VERSION, AGAIN = key("gt"), key("again")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inputs say: the address, and the image, which no address can carry."""

    address: Comparing
    collection: str
    image: bytes | None
    stored: QueryRevision | None
    """The stored query that is asked, also where somebody wrote the same by hand."""

    @property
    def query(self) -> Query | QueryRevision | None:
        """What is searched for; None where nothing is asked yet."""
        if self.stored is not None:
            return self.stored
        if self.address.item:
            return Query(item_id=self.address.item)
        return Query(text=self.address.q or None, image=self.image) if self.address.q or self.image else None


def adopt_address() -> None:
    """Take the page's address over into the widgets where it was changed from outside."""
    found = query.adopt_address(parse, page="compare")
    if isinstance(found, Comparing):
        st.session_state.update({
            key("query"): found.query, VERSION: found.gt, key("base"): found.base, key("diff"): found.diff,
            key("figures"): found.figures, key("large"): found.size == "large", key("list"): found.list,
            key("show"): found.show,
        })


def ask(row: DeltaGenerator, *, graded: bool) -> Asked:
    """Draw the inputs and return what they say.

    Args:
        row: where what is asked stands; what leaves the page may be drawn into it afterwards.
        graded: whether this person may see grades, and so choose whose.
    """
    collection, names = query.place()
    _fill_in(collection)
    with row:
        text, uploaded, filters = query.words(collection, names)
        chooser.variants_menu()
        st.button("다시 비교", type="primary", on_click=_again, help="같은 검색은 10분 동안 다시 하지 않습니다. 누르면 새로 잽니다.")
        markup.draw(_COPY, width="content")
    image = query.checked(uploaded)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare.knobs"):
        systems = chooser.columns()
        notes = [ENOUGH] if len(systems) > MOST else [TOO_FEW] if len(systems) < FEWEST else []
        systems = together(systems)[:MOST]
        n = chooser.knobs()
        k = st.segmented_control("결과 수", DEPTHS, key=key("k"), required=True, on_change=touch,
                                 label_visibility="collapsed", format_func=lambda depth: f"{depth}개")
        base = _base(systems)
        gt = _version(collection) if graded else st.session_state.get(VERSION)
        listing = st.selectbox("쿼리 목록", list(LISTINGS), key=key("list"), on_change=_entered, width=150,
                               label_visibility="collapsed", format_func=LISTINGS.__getitem__)
        diff = st.toggle("차이만 보기", key=key("diff"), on_change=touch)
        figures = st.toggle("그림", key=key("figures"), on_change=touch)
        large = st.toggle("크게", key=key("large"), on_change=touch, help="회의실 화면용입니다. 글자를 키우고 열의 설명을 줄입니다.")
    _say(*notes)
    item, of_query = st.session_state[key("item")], st.session_state[key("query")]
    address = Comparing(
        q="" if item or of_query else text, item="" if of_query else item, systems=systems, k=k, n=n, filters=filters,
        collection=query.unless_default(collection), query=of_query, gt=gt, base="" if base == systems[0] else base, diff=diff,
        figures=figures, size="large" if large else "", list=listing, show=st.session_state[key("show")],
    )
    return Asked(address, collection, image, data.stored(address, collection, image=image is not None))


def go_to(query_id: str) -> None:
    """Ask a stored query; for a callback or before the page is run anew."""
    touch()
    st.session_state.update({key("query"): query_id, key("item"): "", key("show"): ""})


def entering() -> bool:
    """Return whether a list was chosen by this very press."""
    return st.session_state.pop(key("entering"), False)


def asked_anew() -> bool:
    """Return whether everything is to be searched again."""
    return st.session_state.pop(AGAIN, False)


def close_item() -> None:
    """Leave the item that is opened whole."""
    touch()
    st.session_state[key("show")] = ""


def _fill_in(collection: str) -> None:
    """Show a stored query's text where one is asked; say where it does not exist."""
    wanted = st.session_state[key("query")]
    if not wanted:
        return
    try:
        found = data.stored(Comparing(query=wanted), collection, image=False)
    except NotFoundError as error:
        _say(str(error))
        st.session_state[key("query")] = ""
        return
    if found is not None and st.session_state.get(key("q")) != (found.text or ""):
        st.session_state[key("q")] = found.text or ""


def _base(systems: tuple[str, ...]) -> str:
    if st.session_state.get(key("base")) not in systems:
        st.session_state[key("base")] = systems[0]
    return st.selectbox("기준 시스템", systems, key=key("base"), on_change=touch, width=130, label_visibility="collapsed",
                        format_func=lambda name: f"기준 {written(name)}")


def _version(collection: str) -> int | None:
    numbers = data.versions(collection)
    if not numbers:
        return st.session_state.get(VERSION)
    if st.session_state.get(VERSION) not in numbers:
        if wanted := st.session_state.get(VERSION):
            _say(f"정답 버전 {wanted}은(는) 없어서 버전 {numbers[0]}으로 보여 드립니다.")
        st.session_state[VERSION] = numbers[0]
    return st.selectbox("정답 버전", numbers, key=VERSION, on_change=touch, width=110, label_visibility="collapsed",
                        format_func=lambda number: f"정답 v{number}")


def _say(*notes: str) -> None:
    st.session_state[key("notes")] = list(dict.fromkeys([*st.session_state[key("notes")], *notes]))


def _again() -> None:
    touch()
    st.session_state[AGAIN] = True


def _entered() -> None:
    touch()
    st.session_state[key("entering")] = True
