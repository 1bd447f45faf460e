"""Errors as people meet them: one calm Korean sentence on the page, the traceback in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.errors import FragmentHandledException

from core.errors import UserError
from pages.widgets import text

log = logging.getLogger(__name__)
UNFORESEEN = "예상하지 못한 문제로 화면을 그리지 못했습니다. 새로 고쳐도 같으면 실행 기록(로그)을 담당자에게 보내 주세요."


def sentence(error: Exception) -> str:
    """Return what a person is told: the error's own sentence, or a general one that gives nothing internal away."""
    return str(error) if isinstance(error, UserError) else UNFORESEEN


def show(error: Exception) -> bool:
    """Draw the sentence and log the cause; True tells Streamlit not to draw its own."""
    log.error("%s", error, exc_info=error)
    words = text.sentence(sentence(error))
    st.markdown(f'<div class="ib-trouble" role="alert">\n\n{words}\n\n</div>', unsafe_allow_html=True)
    return True


@contextmanager
def boundary() -> Iterator[None]:
    """Keep one part's failure from taking the rest of the page along."""
    try:
        yield
    except FragmentHandledException:
        pass  # its sentence stands where the part of the page was to be drawn that failed
    except Exception as error:
        show(error)
