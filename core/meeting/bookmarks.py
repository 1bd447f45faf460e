"""Comparisons kept for the meeting: which, under what title, by whom."""

from __future__ import annotations

from psycopg import Connection

from core.accounts.person import Person, Role
from core.errors import InputError
from core.store import bookmarks

LONGEST_TITLE = 120
LONGEST_ADDRESS = 6000
_KEEPERS: tuple[Role, ...] = ("senior", "developer", "tf")
listing = bookmarks.listing


def may_keep(who: Person | None, *, demanded: bool) -> bool:
    """Return whether somebody at the dashboard may keep comparisons and take them out.

    Args:
        demanded: a login is asked for; then nobody without one writes anything.
    """
    return not demanded if who is None else who.role in _KEEPERS


def keep(conn: Connection, collection_id: int, address: str, title: str, *, by: str, who: Person | None = None,
         demanded: bool = False) -> None:
    """Keep a comparison; the same address kept again takes the new title.

    Args:
        address: the comparison page's query string, ``?q=…``.
        who: the account at the dashboard, ``demanded`` whether a login is asked for there.

    Raises:
        InputError: this person may not, title or address cannot be used, or nobody's name stands for it.
    """
    _need(who, demanded=demanded)
    words = " ".join(title.split())
    if not words:
        raise InputError("회의에서 알아볼 제목을 한 줄 적어 주세요.")
    if len(words) > LONGEST_TITLE:
        raise InputError(f"제목은 {LONGEST_TITLE}자까지 적을 수 있습니다. 조금 줄여 주세요.")
    bookmarks.append(conn, collection_id, address=_checked(address), title=words, kept=True, by=_named(by))


def leave(conn: Connection, collection_id: int, address: str, *, by: str, who: Person | None = None, demanded: bool = False) -> None:
    """Take a comparison out again; one that is not kept stays so.

    Raises:
        InputError: this person may not, the address cannot be one, or nobody's name stands for it.
    """
    _need(who, demanded=demanded)
    found = next((each for each in listing(conn, collection_id) if each.address == _checked(address)), None)
    if found is not None:
        bookmarks.append(conn, collection_id, address=found.address, title=found.title, kept=False, by=_named(by))


def _need(who: Person | None, *, demanded: bool) -> None:
    if not may_keep(who, demanded=demanded):
        raise InputError("회의에 담고 빼는 것은 TF, 개발자, 선임 라벨러만 할 수 있습니다. 맞는 계정으로 로그인해 주세요.")


def _checked(address: str) -> str:
    # A link is followed by whoever stands before the projector: it must stay on the comparison page.
    if not address.startswith("?") or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise InputError("이 비교의 주소는 담을 수 없습니다. 모델 비교 화면에서 다시 열어 담아 주세요.")
    return address


def _named(by: str) -> str:
    if not by.strip():
        raise InputError("누가 담았는지 남도록 먼저 이름을 알려 주세요.")
    return by.strip()
