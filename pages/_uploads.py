"""How large a file a browser may send, and how much the server keeps of one person's files.

An item bank comes from those who may bring one in, a picture or a list from everybody else. Streamlit's server knows one size for
all and keeps every file in memory as long as its page is open; what a page's own place of a file allows, only the browser's script
keeps to.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.accounts import rights
from core.accounts.person import Person

PATH = "/_stcore/upload_file/"
SMALL = 11 * 1024 * 1024
"""Bytes: the 10 MiB that pages allow, and what a form adds around a file."""
KEPT_SMALL, KEPT = 8 * SMALL, 512 * 1024 * 1024
"""Bytes of one person's files at a time, on the way and kept: some pictures; an item bank and the one that replaces it."""
TOO_LARGE = "파일이 너무 큽니다. 10 MB 이하로 줄여 올려 주세요."
TOO_MANY = "올려 둔 파일이 너무 많습니다. 올린 파일을 지우거나 다른 탭을 닫고 다시 올려 주세요."
_under_way: Counter[str] = Counter()
_sessions: defaultdict[str, set[str]] = defaultdict(set)
"""Bytes of each person's files on their way, and the sessions they were sent to."""


def is_one(scope: Scope) -> bool:
    """Return whether a request sends a file."""
    return scope["method"] == "PUT" and scope["path"].startswith(PATH)


def refused(headers: Headers, who: Person) -> str | None:
    """Return why somebody who is logged in may not send a file, None where they may; one that does not tell its length is too large."""
    told = headers.get("content-length", "")
    size = int(told[:20]) if told.isascii() and told.isdigit() else None
    large = rights.may(who, "bank", demanded=True)
    if size is None or (size > SMALL and not large):
        return TOO_LARGE
    return TOO_MANY if size + _under_way[who.name] + _kept(who.name) > (KEPT if large else KEPT_SMALL) else None


def counted(app: ASGIApp, name: str) -> ASGIApp:
    """Return the application with a file of this person's counted while it is on its way, and its session remembered as theirs."""
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        size = int(Headers(scope=scope)["content-length"])
        _under_way[name] += size
        try:
            await app(scope, receive, send)
        finally:
            # Not before: whoever counts in between forgets sessions that hold nothing yet.
            _sessions[name].add(scope["path"].removeprefix(PATH).partition("/")[0])
            _under_way[name] -= size
            if not _under_way[name]:
                del _under_way[name]

    return answer


def _kept(name: str) -> int:
    """Return the bytes of a person's files in sessions that the server still has; the others are forgotten."""
    files = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(files, MemoryUploadedFileManager) or name not in _sessions:
        return 0
    _sessions[name] &= files.file_storage.keys()
    return sum(len(each.data) for session in _sessions[name] for each in list(files.file_storage.get(session, {}).values()))
