"""The inputs of a search: text, image, item, system, depth, filters; they and the page's address say the same."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import InputError
from core.items import figures
from core.items.record import Kind
from core.search.systems import SYSTEMS
from core.settings import settings
from core.store.filters import Filters
from pages.widgets import address as addresses
from pages.widgets import doors, trouble
from pages.widgets.address import DEPTHS, FILTER_FIELDS, SIDE_BY_SIDE, Address
from pages.widgets.cards import KINDS

ALL = "side-by-side"
INVITATION = "찾는 문항을 말로 써 보세요. 예: 두 직선이 만나는 점을 구하는 문제"
UPLOADED = "이 그림으로 찾습니다. 그림은 주소에 담기지 않아서, 주소를 받은 사람에게는 보이지 않습니다."
PICTURES = ("png", "jpg", "jpeg", "webp")
FIELD_NAMES = {"subject": "과목", "unit": "단원", "kind": "문항 종류", "difficulty": "난이도", "item_type": "문항 유형"}
_PREFIX = "playground."
_RERANKED = {"qwen3-vl": "qwen3-vl+rerank"}
_PLAIN = {reranked: plain for plain, reranked in _RERANKED.items()}
_PREVIEW = (320, 200)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inputs say: the address, and the image, which no address can carry."""

    address: Address
    collection: str
    image: bytes | None


def _key(name: str) -> str:
    return _PREFIX + name


def adopt_address() -> None:
    """Take the page's address over into the widgets where it was changed from outside (a link, the back button).

    A press of a widget brings along the address the browser had at that moment, which may still be the one before the
    last change: then the widgets are right, and the address follows them.
    """
    current, published = _parameters(), st.session_state.get(_key("published"), {})
    touched = st.session_state.pop(_key("touched"), False)
    if touched:
        st.session_state[_key("notes")] = []
    new = _key("k") not in st.session_state  # a new session, or back from another page: widgets forget what they held
    if new or (current != published and not touched):
        found, notes = addresses.parse(current or (published if new else {}))
        alone = len(found.systems) == 1
        st.session_state.update({
            _key("published"): current,
            _key("notes"): notes,
            _key("item"): found.item,
            _key("q"): found.q,
            _key("view"): found.systems[0] if alone else ALL,
            _key("columns"): list(SIDE_BY_SIDE if alone else found.systems),
            _key("k"): found.k,
            _key("collection"): found.collection or settings().collection,
            **{_key(name): list(getattr(found.filters, name)) for name in FILTER_FIELDS},
        })


def left_out() -> list[str]:
    """Return Korean sentences about what in the page's address could not be used."""
    return st.session_state[_key("notes")]


def _touch() -> None:
    """Remember that this run was brought about by a widget, not by an address."""
    st.session_state[_key("touched")] = True


def _parameters() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def publish(address: Address) -> None:
    """Write the address of what is shown into the browser's address line."""
    wanted = address.parameters()
    st.session_state[_key("published")] = wanted
    if wanted != _parameters():
        st.query_params.from_dict(wanted)


def ask() -> Asked:
    """Draw the inputs and return what they say."""
    names = [found.name for found in doors.collections(st.session_state[_key("collection")])]
    collection = _collection(names)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input("검색어", key=_key("q"), on_change=forget_item, label_visibility="collapsed",
                             icon=":material/search:", placeholder=INVITATION)
        with st.popover("그림", icon=":material/image:"):
            uploaded = st.file_uploader("그림으로 찾기", type=PICTURES, key=_key("image"), on_change=forget_item)
        with st.popover("예시", icon=":material/lightbulb:"):
            examples(doors.examples(collection), name="menu")
        st.button("검색", type="primary", on_click=_touch)
    image = _checked(uploaded)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = _systems()
        k = st.segmented_control("결과 수", DEPTHS, key=_key("k"), required=True, on_change=_touch,
                                 label_visibility="collapsed", format_func=lambda depth: f"{depth}개")
        filters = _filters(collection, names)
    item = st.session_state[_key("item")]
    address = Address(q="" if item else text.strip(), item=item, systems=chosen, k=k, filters=filters,
                      collection="" if collection == settings().collection else collection)
    return Asked(address, collection, image)


def examples(queries: Sequence[str], *, name: str) -> None:
    """Draw queries to try; a press searches for one."""
    name = f"example.{name}"
    st.pills("예시 검색어", queries, key=_key(name), label_visibility="collapsed", on_change=_picked, args=(name,))


def forget_item() -> None:
    """Leave the search by item."""
    _touch()
    st.session_state[_key("item")] = ""


def _picked(name: str) -> None:
    _touch()
    if words := st.session_state[_key(name)]:
        st.session_state.update({_key("q"): words, _key(name): None})
        forget_item()


def _collection(names: Sequence[str]) -> str:
    wanted = st.session_state[_key("collection")]
    if wanted in names:
        return wanted
    shown = settings().collection if settings().collection in names else names[0]
    st.session_state[_key("collection")] = shown
    st.session_state[_key("notes")].append(f"'{wanted}' 컬렉션은 없거나 비어 있어서 '{shown}' 컬렉션을 보여 드립니다.")
    return shown


def _checked(uploaded: UploadedFile | None) -> bytes | None:
    """Return the image once it is known to be one, shown small; say what is wrong with it otherwise."""
    if uploaded is None:
        return None
    data = uploaded.getvalue()
    try:
        preview = _preview(data, uploaded.name)
    except InputError as error:
        trouble.show(error)
        return None
    shown = f'<img src="data:image/png;base64,{preview}" alt="올린 그림"><span>{UPLOADED}</span>'
    st.markdown(f'<div class="ib-upload">{shown}</div>', unsafe_allow_html=True)
    return data


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _preview(data: bytes, name: str) -> str:
    """Return a small PNG of the image in base64; raises InputError where it is none."""
    figures.check(data, name=name)
    with Image.open(io.BytesIO(data)) as opened:
        small = opened.convert("RGBA")
    small.thumbnail(_PREVIEW)
    page = Image.new("RGB", small.size, "white")
    page.paste(small, mask=small.getchannel("A"))
    packed = io.BytesIO()
    page.save(packed, format="PNG")
    return base64.b64encode(packed.getvalue()).decode()


def _systems() -> tuple[str, ...]:
    view = st.segmented_control(
        "시스템", [*SYSTEMS, ALL], key=_key("view"), required=True, label_visibility="collapsed",
        on_change=_touch, format_func=_called,
    )
    if view == ALL:
        st.session_state.setdefault(_key("columns"), list(SIDE_BY_SIDE))
        columns = st.pills("나란히 볼 시스템", list(SYSTEMS), key=_key("columns"), selection_mode="multi",
                           on_change=_touch, label_visibility="collapsed", format_func=lambda name: SYSTEMS[name].letter or "BM25")
        return tuple(name for name in SYSTEMS if name in (columns or SIDE_BY_SIDE))
    other = _RERANKED.get(view) or _PLAIN.get(view)
    st.session_state[_key("rerank")] = view in _PLAIN
    st.toggle("재순위", key=_key("rerank"), disabled=other is None, on_change=_look_at, args=(other,),
              help="A가 찾은 위쪽 문항을 리랭커가 다시 매긴 것이 E입니다. 켜면 A가 E로, 끄면 E가 A로 바뀝니다.")
    return (view,)


def _called(name: str) -> str:
    return "A–E 나란히" if name == ALL else f"{SYSTEMS[name].letter} {SYSTEMS[name].title}".strip()


def _look_at(view: str) -> None:
    _touch()
    st.session_state[_key("view")] = view


def _filters(collection: str, names: Sequence[str]) -> Filters:
    facets = doors.facets(collection)
    active = sum(bool(st.session_state[_key(name)]) for name in FILTER_FIELDS)
    values: dict[str, tuple[str, ...]] = {}
    with st.popover(f"필터 {active}" if active else "필터", icon=":material/filter_list:", key=_key("filters")):
        if len(names) > 1:
            st.session_state[_key("collection")] = collection
            st.selectbox("컬렉션", names, key=_key("collection"), on_change=_touch)
        for name in FILTER_FIELDS:
            counts = dict(facets.get(name, ()))
            # A value from an address stays choosable (and removable) though no item has it.
            options = [*counts, *(value for value in st.session_state[_key(name)] if value not in counts)]
            values[name] = tuple(st.multiselect(
                FIELD_NAMES[name], options, key=_key(name), placeholder="모두", select_all=False, on_change=_touch,
                format_func=lambda value, counts=counts, name=name: f"{_shown(name, value)} ({counts.get(value, 0)})",
            ))
    return Filters(**values)


def _shown(field: str, value: str) -> str:
    return KINDS[Kind(value)] if field == "kind" and value in {kind.value for kind in Kind} else value
