"""Own markup on a page. Whatever it quotes went through ``text.attribute``, ``text.sentence`` or ``text.safe_md`` before."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def draw(body: str, *, into: DeltaGenerator | None = None, width: Literal["stretch", "content"] = "stretch") -> None:
    """Draw markup of our own, here or into a place kept for it."""
    (into or st).markdown(body, unsafe_allow_html=True, width=width)


def element(body: str) -> None:
    """Put in an element that markdown must not read, such as one whose attribute carries data for a script."""
    st.html(body)


def script(name: str) -> None:
    """Run one of the pages' own scripts (``/scripts/NAME``): a file, because the policy lets no inline script run."""
    st.html(f'<script type="module" src="/scripts/{name}"></script>', unsafe_allow_javascript=True)
