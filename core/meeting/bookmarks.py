"""Comparisons kept for the meeting: which, under what title, by whom."""

from __future__ import annotations

from psycopg import Connection

from core.accounts import rights
from core.accounts.person import Person
from core.errors import InputError
from core.store import bookmarks

LONGEST_TITLE = 120
LONGEST_ADDRESS = 6000
listing = bookmarks.listing


def keep(conn: Connection, collection_id: int, address: str, title: str, *, by: str, who: Person | None = None,
         demanded: bool = False) -> None:
    """Keep a comparison; the same address kept again takes the new title.

    Args:
        address: the comparison page's query string, ``?q=…``.
        who: the account at the dashboard, ``demanded`` whether a login is asked for there.

    Raises:
        ForbiddenError: this person may not.
        InputError: title or address cannot be used, or nobody's name stands for it.
    """
    rights.demand(who, "bookmarks", demanded=demanded)
    words = " ".join(title.split())
    if not words:
        raise InputError("회의에서 알아볼 제목을 한 줄 적어 주세요.")
    if len(words) > LONGEST_TITLE:
        raise InputError(f"제목은 {LONGEST_TITLE}자까지 적을 수 있습니다. 조금 줄여 주세요.")
    bookmarks.append(conn, collection_id, address=_checked(address), title=words, kept=True, by=_named(by))


def leave(conn: Connection, collection_id: int, address: str, *, by: str, who: Person | None = None, demanded: bool = False) -> None:
    """Take a comparison out again; one that is not kept stays so.

    Raises:
        ForbiddenError: this person may not.
        InputError: the address cannot be one, or nobody's name stands for it.
    """
    rights.demand(who, "bookmarks", demanded=demanded)
    found = next((each for each in listing(conn, collection_id) if each.address == _checked(address)), None)
    if found is not None:
        bookmarks.append(conn, collection_id, address=found.address, title=found.title, kept=False, by=_named(by))


def _checked(address: str) -> str:
    # A link is followed by whoever stands before the projector: it must stay on the comparison page.
    if not address.startswith("?") or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise InputError("이 비교의 주소는 담을 수 없습니다. 모델 비교 화면에서 다시 열어 담아 주세요.")
    return address


def _named(by: str) -> str:
    if not by.strip():
        raise InputError("누가 담았는지 남도록 먼저 이름을 알려 주세요.")
    return by.strip()
