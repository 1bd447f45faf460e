"""How large a file a browser may send: an item bank from those who may bring one in, a picture or a list from everybody else.

Streamlit's server knows one size for all; what a page's own place of a file allows, only the browser's script keeps to.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from core.accounts import rights
from core.accounts.person import Person

PATH = "/_stcore/upload_file/"
SMALL = 11 * 1024 * 1024
"""Bytes: the 10 MiB that pages allow, and what a form adds around a file."""
TOO_LARGE = "파일이 너무 큽니다. 10 MB 이하로 줄여 올려 주세요."


def refused(scope: Scope, headers: Headers, who: Person) -> bool:
    """Return whether a file is more than somebody who is logged in may send; one that does not tell its length is."""
    if scope["method"] != "PUT" or not scope["path"].startswith(PATH) or rights.may(who, "bank", demanded=True):
        return False
    told = headers.get("content-length", "")
    return not (told.isascii() and told.isdigit()) or int(told[:20]) > SMALL
