"""Which collection the sections look at."""

from __future__ import annotations

import streamlit as st

from core.settings import settings
from pages.widgets import doors, results

_EMPTY = "아직 문항이 없습니다. '문항과 표본'에서 파일을 가져오거나, 터미널에서 `python -m core prepare`로 견본을 준비해 주세요."


_GO, _SECTION = "data.collection.go", "data.section.go"


def go(name: str, *, section: str = "") -> None:
    """Look at another collection, in another section where one is named, from the next run of the page on."""
    doors.forget_collections()
    st.session_state[_GO] = name
    st.session_state[_SECTION] = section


def section_to() -> str:
    """Return the section to go to now, "" for the one that is shown."""
    return st.session_state.pop(_SECTION, "")


def collection(section: str) -> str | None:
    """Draw the choice of a collection and return it; where there is none, say so and return None."""
    key = f"data.collection.{section}"
    if to := st.session_state.pop(_GO, ""):
        st.session_state[key] = st.query_params["collection"] = to
    wanted = st.query_params.get("collection", settings().collection)
    names = [found.name for found in doors.collections(wanted)]
    if not names:
        results.calm(_EMPTY)
        return None
    chosen = st.selectbox("컬렉션", names, index=names.index(wanted) if wanted in names else 0, key=key, width=320)
    if chosen != wanted:
        st.query_params["collection"] = chosen
    return chosen
