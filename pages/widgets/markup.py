"""Own markup on a page. Whatever it quotes went through ``text.attribute``, ``text.sentence`` or ``text.safe_md`` before."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def draw(body: str, *, into: DeltaGenerator | None = None, width: Literal["stretch", "content"] = "stretch") -> None:
    """Draw markup of our own, here or into a place kept for it."""
    (into or st).markdown(body, unsafe_allow_html=True, width=width)
