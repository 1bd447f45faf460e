"""백업: when the last one was made and how it went, when the next one is, and one now. Bringing one back is the command line's."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.backup import keeping, schedule
from core.backup.schedule import State
from core.settings import settings
from pages.widgets import doors, facts, jobs, person, plot, results, sizes, tables, trouble

_SHOWN = 10
_NONE = "아직 백업이 없습니다. '지금 백업'을 눌러 첫 백업을 만들어 주세요."
_WHAT = ("문항과 그림, 벡터, 판정, 정답, 실행, 측정, 보고서, 결정, 사람과 비밀번호 해시까지 데이터베이스 전체를 파일 하나에 담습니다. "
         "만드는 동안에도 모두 하던 일을 계속할 수 있습니다.")
_RESTORE = "되살리기는 터미널에서만 합니다. 대시보드를 끄고 'python -m core restore 파일'을 실행해 주세요."
_PLACE = "디스크가 고장 나도 남도록, BACKUP_DIR을 다른 디스크나 공유 폴더로 정해 두는 것이 좋습니다."
_NO_LOGIN = "로그인할 사람을 더하면 매일 밤 저절로 합니다"
_AGAIN = "매일 밤 백업은 한 시간마다 저절로 다시 해 봅니다."
_OLD = "마지막 백업이 하루 반보다 오래되었습니다. 대시보드가 켜져 있는지, 백업 폴더에 쓸 수 있는지 확인해 주세요."


def draw(who: Person | None) -> None:
    """Draw how the backups stand, and for those who may the button that makes one."""
    found = schedule.state(doors.database())
    facts.strip(_told(found))
    if found.old(datetime.now()):
        results.notes([_OLD])
    last = jobs.draw(schedule.BY_HAND)
    if found.job is not None and found.job.state in ("failed", "interrupted"):
        told = "" if last and last.id == found.job.id else f"지난밤 백업을 마치지 못했습니다. {found.job.error or '도중에 끊겼습니다.'} "
        results.notes([told + _AGAIN])
    if not person.may(who, "backup"):
        facts.remark(rights.refusal("backup"))
    elif not (last and last.active):
        with trouble.boundary():
            if st.button("지금 백업", type="primary", icon=":material/save:", key="data.backup.start"):
                jobs.start(schedule.BY_HAND, "백업")
                st.rerun()
    plot.part("있는 백업", remark=f"폴더: {keeping.folder()}")
    if found.kept:
        rows = [(f"{each.at:%Y-%m-%d %H:%M}", keeping.REASONS[each.reason], sizes.on_disk(each.size), each.path.name)
                for each in found.kept[:_SHOWN]]
        tables.draw(("때", "이유", "크기", "파일"), rows, numbers=frozenset({"크기"}))
        if len(found.kept) > _SHOWN:
            facts.remark(f"이 밖에 {len(found.kept) - _SHOWN:,}개가 더 있습니다.")
    else:
        results.calm(_NONE)
    for words in (_WHAT, _RESTORE, *([] if settings().backup_dir else [_PLACE])):
        facts.remark(words)


def _told(found: State) -> list[tuple[str, str, str]]:
    last = found.kept[0] if found.kept else None
    made = ("없음", "") if last is None else (f"{last.at:%m-%d %H:%M}", f"{keeping.REASONS[last.reason]} · {sizes.on_disk(last.size)}")
    return [
        ("마지막 백업", *made),
        ("다음 백업", f"{found.next:%m-%d %H:%M}" if found.next else "예약 없음", _nightly(found)),
        ("있는 백업", f"{len(found.kept):,}개", sizes.on_disk(sum(each.size for each in found.kept))),
    ]


def _nightly(found: State) -> str:
    if settings().backup_at == "off":
        return "BACKUP_AT=off로 꺼 두었습니다"
    return f"매일 {settings().backup_at}, 최근 {settings().backup_keep}개를 남깁니다" if found.on else _NO_LOGIN
