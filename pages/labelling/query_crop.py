"""A part of a picture, cut out by sliders: of an item's figure, or of a picture somebody brings."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core import pictures
from core.errors import UserError
from core.labels import making
from core.store import images
from core.store.collections import Collection
from pages.labelling import place, shown
from pages.widgets import acts, doors, results, trouble

_TYPES = ["png", "jpg", "jpeg", "webp"]
_WIDEST = 420


@dataclass(frozen=True, slots=True)
class Cut:
    """The part as PNG, and the item it comes from."""

    image: bytes
    source_item_id: str | None


def draw(act: str, found: Collection) -> Cut | None:
    """Draw the picture's source, the sliders and the part they leave; None until there is a usable one."""
    taken = _taken(act, found)
    if taken is None:
        return None
    data, source_item_id, name = taken
    try:
        with pictures.opened(data) as image:
            width, height = image.size
        across = st.slider("가로", 0, width, (0, width), key=acts.field(act, f"across.{name}"), format="%d픽셀")
        down = st.slider("세로", 0, height, (0, height), key=acts.field(act, f"down.{name}"), format="%d픽셀")
        cut = making.cropped(data, (across[0], down[0], across[1], down[1]))
    except UserError as error:
        trouble.show(error)
        return None
    with st.container(key="label-crop"):
        st.image(cut, caption=f"쿼리가 될 부분 · {across[1] - across[0]}×{down[1] - down[0]}픽셀", output_format="PNG",
                 width=min(_WIDEST, across[1] - across[0]))
    return Cut(cut, source_item_id)


def _taken(act: str, found: Collection) -> tuple[bytes, str | None, str] | None:
    """The picture's bytes, its item, and a name that changes with the picture."""
    if place.choose("query.picture", {"item": "문항의 그림", "upload": "그림 올리기"}) == "upload":
        uploaded = st.file_uploader("그림", type=_TYPES, key=acts.field(act, "upload"), label_visibility="collapsed", max_upload_size=10)
        return None if uploaded is None else (uploaded.getvalue(), None, uploaded.file_id)
    source = shown.pick_item(acts.field(act, "figure"), found, figures=True)
    if source is None:
        results.notes(["그림이 있는 문항을 찾거나 가진 그림을 올린 뒤, 쓸 부분만 남겨 주세요. 그림의 원본 문항은 결과에서 빠집니다."])
        return None
    hashes = list(source.image_hashes)
    sha = hashes[0]
    if len(hashes) > 1:
        sha = st.segmented_control("그림", hashes, format_func=lambda each: f"{hashes.index(each) + 1}번째 그림", default=hashes[0],
                                   required=True, key=acts.field(act, f"which.{source.item.id}"))
    with doors.database().connection() as conn:
        stored = images.get(conn, sha)
    if stored is None:
        results.calm("그림을 읽을 수 없습니다. 다른 문항을 골라 주세요.")
        return None
    return stored.data, source.item.id, sha
