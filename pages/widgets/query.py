"""The inputs of a search: text, image, item, system, depth, filters; they and the page's address say the same."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import InputError
from core.items import figures
from core.items.naming import KINDS
from core.settings import settings
from core.store.filters import Filters
from pages.widgets import address as addresses
from pages.widgets import chooser, doors, trouble
from pages.widgets.address import DEPTHS, FILTER_FIELDS, Address
from pages.widgets.state import key, touch
from pages.widgets.text import one_line

INVITATION = "찾는 문항을 말로 써 보세요. 예: 두 직선이 만나는 점을 구하는 문제"
UPLOADED = "이 그림으로 찾습니다. 그림은 주소에 담기지 않아서, 주소를 받은 사람에게는 보이지 않습니다."
PICTURES = ("png", "jpg", "jpeg", "webp")
FIELD_NAMES = {"subject": "과목", "unit": "단원", "kind": "문항 종류", "difficulty": "난이도", "item_type": "문항 유형"}
_PREVIEW = (320, 200)
Parse = Callable[[Mapping[str, Sequence[str]]], tuple[Address, list[str]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inputs say: the address, and the image, which no address can carry."""

    address: Address
    collection: str
    image: bytes | None


def adopt_address(parse: Parse = addresses.parse, *, page: str = "playground") -> Address | None:
    """Take the page's address over into the widgets where it was changed from outside (a link, the back button).

    A press of a widget brings along the address the browser had at that moment, which may still be the one before the
    last change: then the widgets are right, and the address follows them. Coming from the other page of searches, the
    search comes along.

    Args:
        parse: how the page reads its address.
        page: which page this is.

    Returns:
        The address that was taken over, None where the widgets stay as they are.
    """
    current, published = _parameters(), st.session_state.get(key("published"), {})
    touched = st.session_state.pop(key("touched"), False)
    if touched:
        st.session_state[key("notes")] = []
    # A new session, or back from another page: widgets forget what they held.
    new = key("k") not in st.session_state or st.session_state.get(key("page")) != page
    if new or (current != published and not touched):
        found, notes = parse(current or (published if new else {}))
        st.session_state.update({
            key("page"): page,
            key("published"): current,
            key("notes"): notes,
            key("item"): found.item,
            key("q"): found.q,
            key("k"): found.k,
            **chooser.adopted(found),
            key("collection"): found.collection or settings().collection,
            **{key(name): list(getattr(found.filters, name)) for name in FILTER_FIELDS},
        })
        return found
    return None


def left_out() -> list[str]:
    """Return Korean sentences about what in the page's address could not be used."""
    return st.session_state[key("notes")]


def _parameters() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def publish(address: Address) -> None:
    """Write the address of what is shown into the browser's address line."""
    wanted = address.parameters()
    st.session_state[key("published")] = wanted
    if wanted != _parameters():
        st.query_params.from_dict(wanted)


def ask() -> Asked:
    """Draw the inputs and return what they say."""
    collection, names = place()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text, uploaded, filters = words(collection, names)
        chooser.variants_menu()
        st.button("검색", type="primary", on_click=touch)
    image = checked(uploaded)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = chooser.systems()
        k = st.segmented_control("결과 수", DEPTHS, key=key("k"), required=True, on_change=touch,
                                 label_visibility="collapsed", format_func=lambda depth: f"{depth}개")
        n = chooser.knobs()
    item = st.session_state[key("item")]
    address = Address(q="" if item else text, item=item, systems=chosen, k=k, n=n, filters=filters,
                      collection=unless_default(collection))
    return Asked(address, collection, image)


def place() -> tuple[str, list[str]]:
    """Return the collection that is searched, and the names of all."""
    names = [found.name for found in doors.collections(st.session_state[key("collection")])]
    return _collection(names), names


def unless_default(collection: str) -> str:
    """Return a collection's name as an address writes it: empty where it is the one searched anyway."""
    return "" if collection == settings().collection else collection


def words(collection: str, names: Sequence[str]) -> tuple[str, UploadedFile | None, Filters]:
    """Draw what is asked, into the row that is open: text, picture, examples, filters; return text, picture and filters."""
    text = st.text_input("검색어", key=key("q"), on_change=forget_item, label_visibility="collapsed",
                         icon=":material/search:", placeholder=INVITATION)
    with st.popover("그림", icon=":material/image:"):
        uploaded = st.file_uploader("그림으로 찾기", type=PICTURES, key=key("image"), on_change=forget_item, max_upload_size=10)
    with st.popover("예시", icon=":material/lightbulb:"):
        examples(doors.examples(collection), name="menu")
    return text.strip(), uploaded, _filters(collection, names)


def examples(queries: Sequence[str], *, name: str) -> None:
    """Draw queries to try; a press searches for one."""
    name = f"example.{name}"
    # Streamlit reads a pill's words as markdown.
    st.pills("예시 검색어", queries, key=key(name), label_visibility="collapsed", format_func=one_line, on_change=_picked, args=(name,))


def forget_item() -> None:
    """Leave the search by an item or a stored query."""
    touch()
    st.session_state.update({key("item"): "", key("query"): ""})


def _picked(name: str) -> None:
    touch()
    if words := st.session_state[key(name)]:
        st.session_state.update({key("q"): words, key(name): None})
        forget_item()


def _collection(names: Sequence[str]) -> str:
    wanted = st.session_state[key("collection")]
    if wanted in names:
        return wanted
    shown = settings().collection if settings().collection in names else names[0]
    st.session_state[key("collection")] = shown
    st.session_state[key("notes")].append(f"'{wanted}' 컬렉션은 없거나 비어 있어서 '{shown}' 컬렉션을 보여 드립니다.")
    return shown


def checked(uploaded: UploadedFile | None) -> bytes | None:
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


def _filters(collection: str, names: Sequence[str]) -> Filters:
    facets = doors.facets(collection)
    active = sum(bool(st.session_state[key(name)]) for name in FILTER_FIELDS)
    values: dict[str, tuple[str, ...]] = {}
    with st.popover(f"필터 {active}" if active else "필터", icon=":material/filter_list:", key=key("filters")):
        if len(names) > 1:
            st.session_state[key("collection")] = collection
            st.selectbox("컬렉션", names, key=key("collection"), on_change=touch)
        for name in FILTER_FIELDS:
            counts = dict(facets.get(name, ()))
            # A value from an address stays choosable (and removable) though no item has it.
            options = [*counts, *(value for value in st.session_state[key(name)] if value not in counts)]
            values[name] = tuple(st.multiselect(
                FIELD_NAMES[name], options, key=key(name), placeholder="모두", select_all=False, on_change=touch,
                format_func=lambda value, counts=counts, name=name: f"{_shown(name, value)} ({counts.get(value, 0)})",
            ))
    return Filters(**values)


def _shown(field: str, value: str) -> str:
    return KINDS.get(value, value) if field == "kind" else value
