"""Where the playground's widgets keep what they hold between two runs."""

from __future__ import annotations

import streamlit as st


def key(name: str) -> str:
    """Return the session key of one of the playground's widgets."""
    return f"playground.{name}"


def touch() -> None:
    """Remember that this run was brought about by a widget, not by an address."""
    st.session_state[key("touched")] = True
