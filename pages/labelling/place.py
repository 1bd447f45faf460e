"""Where the sections work: the collection, and whether grades may be seen there by the person who looks."""

from __future__ import annotations

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.labels import rounds
from core.settings import settings
from core.store import collections, users
from core.store.collections import Collection
from pages.widgets import doors, markup, results

EMPTY = "아직 문항이 없습니다. 터미널에서 `python -m core prepare`를 실행해 견본 문항을 준비한 뒤, 이 화면을 새로 고쳐 주세요."
UNSEEN = ("판정할 쌍이 남아 있는 동안에는 등급을 보이지 않습니다. 남의 등급을 보면 판정이 흔들립니다. "
          "맡은 쌍을 모두 판정하거나 라운드를 닫은 뒤 다시 열어 주세요.")
NAMELESS = "누가 하는 일인지 먼저 알려 주세요. 이름마다 맡을 쌍과 진행이 따로 남고, 만든 사람의 이름이 기록됩니다."


def collection() -> Collection | None:
    """Return the collection that is labelled; where it has no items, say so and return None."""
    name = settings().collection
    if name not in {found.name for found in doors.collections(name)}:
        results.calm(EMPTY)
        return None
    with doors.database().connection() as conn:
        return collections.get(conn, name)


def collection_for(who: Person | None) -> Collection | None:
    """Return the collection for somebody with a name; where either is lacking, say so and return None."""
    found = collection()
    if found is not None and who is None:
        ask_name()
        return None
    return found


def may_see_grades(found: Collection, who: Person | None) -> bool:
    """Return whether grades, and whatever follows from them, may be shown to this person now."""
    with doors.database().connection() as conn:
        return rounds.may_see_grades(conn, found.id, who)


def ask_name() -> None:
    """Lead a nameless visitor to where a name is given."""
    results.calm(NAMELESS)
    markup.draw('<p class="ib-go"><a href="/login?next=/label" target="_self">이름 정하기</a></p>')


def raters() -> list[str]:
    """Return the accounts that may judge, by name; where there are none, names are free."""
    with doors.database().connection() as conn:
        return [user.name for user in users.listing(conn) if not user.disabled and user.role in rights.ACTS["judging"].roles]


def choose(name: str, options: dict[str, str]) -> str:
    """Draw the parts of a section to choose from and return the chosen one."""
    return st.segmented_control("보기", list(options), format_func=options.__getitem__, key=f"label.part.{name}", required=True,
                                default=next(iter(options)), label_visibility="collapsed")
