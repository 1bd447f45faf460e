"""Whatever a page writes: done once however often it is pressed, and said in one sentence."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from pages.widgets import markup, trouble
from pages.widgets.text import sentence

_SAID = "label.said"
_DONE = "label.done"
_DOUBLE = 0.7
"""Seconds after an act in which a click may be the second half of a double click."""
Act = Callable[[], str]
"""Writes, and returns the Korean sentence that says what was written."""


def said(of: str = "") -> None:
    """Draw what the last act of this browser wrote, until the next click.

    Args:
        of: draw it for acts whose names begin so; a page of several parts says each sentence at its part.
    """
    name, words = st.session_state.get(_SAID, ("", ""))
    # The place is there also without a sentence: when one goes, what stands below would else be made anew, and a form that
    # somebody is filling in would close.
    with st.container():
        if words and name.startswith(of):
            del st.session_state[_SAID]
            markup.draw(f'<div class="ib-done-now" role="status">\n\n{sentence(words)}\n\n</div>')


def press(label: str, name: str, act: Act, *, primary: bool = False, disabled: bool = False, width: str = "content",
          shortcut: str | None = None, walking: bool = False) -> None:
    """Draw a button that acts once: the second of two fast clicks meets another button and does nothing.

    Args:
        name: what the button is for, unique on the page.
        walking: another thing's button takes this one's place once the act is done; a click that follows too fast to have
            been meant for that one is left out.
    """
    if st.button(label, key=field(name, "press"), type="primary" if primary else "secondary", disabled=disabled, width=width,
                 shortcut=shortcut):
        at, words = st.session_state.get(_DONE, (0.0, ""))
        if walking and time.monotonic() - at < _DOUBLE:
            st.session_state[_SAID] = (name, words)
            st.rerun()
        do(name, act)


def do(name: str, act: Act) -> None:
    """Act now and draw the page anew with what was done; a failure is said here, and nothing is emptied."""
    try:
        words = act()
    except Exception as error:
        trouble.show(error)
        return
    st.session_state[_turn(name)] = st.session_state.get(_turn(name), 0) + 1
    st.session_state[_SAID] = (name, words)
    st.session_state[_DONE] = (time.monotonic(), words)
    st.rerun()


def field(name: str, part: str) -> str:
    """Return the key of an input that belongs to an act: a new one, hence empty, once the act is done."""
    return f"label.{name}.{part}.{st.session_state.get(_turn(name), 0)}"


def _turn(name: str) -> str:
    return f"label.turn.{name}"
