"""The frozen versions: what each covers, its hash, and whether it still is what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.accounts.person import Person
from core.labels import origins
from core.labels.consensus import final
from core.labels.exchange import importing
from core.labels.versions import carrying, truth
from core.moments import moment
from core.store.collections import Collection
from core.store.truths import Version
from pages.labelling import shown
from pages.widgets import doors, facts, markup, results, tables, trouble
from pages.widgets.text import attribute, sentence

_NONE = "아직 굳힌 버전이 없습니다. 그때까지 모든 숫자는 지금까지의 판정에서 나오며 '미확정'이라고 적힙니다."
RULES = {**final.RULES, "mirrored": "맞바꿈"}


def draw(found: Collection, who: Person) -> None:
    """Draw every version, the latest first."""
    with doors.database().connection() as conn:
        listed = truth.versions(conn, found.id)
    if not listed:
        results.calm(_NONE)
        return
    for version in reversed(listed):
        with st.container(border=True, key=f"label-version-{version.number}"):
            _version(version)


def _version(version: Version) -> None:
    told = f"{moment(version.created_at)} · {version.created_by} · 등급 {version.relevant_from} 이상이 관련"
    markup.draw(f'<div class="ib-round-head"><b>버전 {version.number} · {attribute(version.name)}</b><span>{attribute(told)}</span></div>'
                f'<div class="ib-sha" title="SHA&#45;256">{attribute(version.sha256)}</div>')
    if version.note:
        markup.draw(f'<div class="ib-soft">\n\n{sentence(version.note)}\n\n</div>')
    covered(version.coverage, version.unlisted_zero_by)
    if st.button("해시 확인", key=f"label.verify.{version.number}"):
        with trouble.boundary(), doors.database().connection() as conn:
            checked = truth.verify(conn, version)
            if checked:
                markup.draw('<div class="ib-done-now" role="status">저장된 행에서 다시 계산한 해시가 굳힐 때와 같습니다.</div>')
            else:
                results.notes(list(checked.problems))


def covered(told: Mapping[str, Any], unlisted_zero_by: str) -> None:
    """Draw what a truth covers, from the keys of ``core.labels.versions.coverage.Coverage``."""
    each = told["judged_per_query"]
    facts.strip([
        ("쿼리", f"{told['queries']:,}", f"관련 문항이 있는 쿼리 {told['with_relevant']:,}"),
        ("쌍", f"{told['pairs']:,}", f"쿼리마다 평균 {each['mean']:g} (가장 적게 {each['least']:g}, 가장 많이 {each['most']:g})"),
        ("관련인 쌍", f"{told['relevant']:,}", ""),
        ("적지 않은 쌍", "등급 0" if unlisted_zero_by else "판정 안 됨", f"{unlisted_zero_by}님이 선언" if unlisted_zero_by else ""),
    ])
    rows = [
        ("등급", _shares({shown.grade(int(value)): count for value, count in told["grades"].items()})),
        ("출처", _shares({origins.named(name): count for name, count in told["origins"].items()})),
        ("규칙", _shares({RULES.get(name, name): count for name, count in told["rules"].items()})),
    ]
    if told.get("raters"):
        rows.append(("판정한 사람", ", ".join(map(_rater, told["raters"]))))
    tables.draw(("나누어 보면", "쌍 (몫)"), rows)


def _rater(name: str) -> str:
    """Return a rater's name, or where a grade that no rater gave came from."""
    if name.startswith(carrying.RATER):
        return f"{name.removeprefix(carrying.RATER)}님이 옮긴 등급"
    imported, _, origin = name.partition(":")
    return f"가져온 정답({origins.named(origin)})" if imported == importing.RATER and origin else name


def _shares(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return " · ".join(f"{name} {count:,} ({count / total:.0%})" for name, count in counts.items() if count) if total else "없음"
