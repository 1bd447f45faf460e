"""The final report: the latest one, making it, its files."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.moments import moment
from core.report import deliverables
from core.report.final import making
from core.store import reports
from core.store.collections import Collection
from core.store.reports import ReportEntry
from pages.measuring import ground
from pages.reporting import preview, prose
from pages.widgets import acts, doors, jobs, markup, person, results, trouble
from pages.widgets.text import attribute

TITLE = "최종 보고서 (D10)"
_ABOUT = ("저장된 실행, 정답, 측정으로 계획서 8.2의 보고서를 만듭니다. 모든 숫자에 실행 번호와 정답 버전이 붙고, 같은 근거로 만들면 "
          "파일도 해시도 같습니다.")
_NONE = "아직 만든 보고서가 없습니다."
_STALE = "이 보고서를 만든 뒤 실행, 정답, 측정이나 글이 바뀌었습니다. 다시 만들어 주세요."
_FRESH = "지금의 근거와 글로 만든 보고서입니다. 다시 만들어도 같은 파일입니다."


def draw(who: Person | None) -> None:
    """Draw the report and what can be done with it."""
    st.subheader(TITLE, anchor=False)
    acts.said("report.")
    found = ground.seen_by(who)
    if found is None:
        return
    with doors.database().connection() as conn:
        listed = reports.listing(conn, found.id)
        shown, stale = making.current(conn, found.id)
    _told(shown, stale)
    _make(found, who, shown, stale)
    if shown is not None:
        _files(found, shown, stale)
        if not stale:
            preview.draw(found, shown.sha256)
    prose.draw(found, who)
    if others := [each for each in listed if shown is None or each.id != shown.id]:
        _earlier(others)


def _told(newest: ReportEntry | None, stale: bool) -> None:
    if newest is None:
        results.notes([_ABOUT])
        results.calm(_NONE)
        return
    told = {
        "판정": newest.body["title"] + (" · 축소 모델" if newest.watermarked else ""), "정답": newest.body["ground_truth"]["title"],
        "만든 때": f"{moment(newest.made_at)} · {newest.made_by}", "번호": f"{newest.id}번",
        "SHA-256": newest.sha256}
    rows = "".join(f"<dt>{attribute(name)}</dt><dd>{attribute(words)}</dd>" for name, words in told.items())
    markup.draw(f'<dl class="ib-explained">{rows}</dl>')
    if stale:
        results.notes([_STALE])
    if missing := newest.body.get("missing"):
        with st.expander(f"판정을 막는 것 {len(missing)}가지"):
            markup.draw("\n".join(f"- {attribute(each)}" for each in missing))


def _make(found: Collection, who: Person | None, shown: ReportEntry | None, stale: bool) -> None:
    if not person.may(who, "report"):
        return
    verb = ["report", "--collection", found.name]
    job = jobs.draw(verb)
    if job is not None and job.active:
        return
    if shown is not None and not stale:
        markup.draw(f'<p class="ib-soft">{_FRESH}</p>')
        return
    title = "보고서 만들기" if shown is None else "다시 만들기"
    if who is None:
        markup.draw('<p class="ib-soft">보고서를 만들려면 <a href="/login?next=/report" target="_self">이름을 정해</a> 주세요.</p>')
        return
    if st.button(title, key="report.make", type="primary", icon=":material/description:"):
        with trouble.boundary():
            jobs.start([*verb, "--by", who.name], f"최종 보고서 ({found.name})")
            st.rerun()


def _files(found: Collection, newest: ReportEntry, stale: bool) -> None:
    stem = f"{found.name}_{newest.sha256[:8]}"
    with st.container(horizontal=True, vertical_alignment="center", key="report-files"):
        st.download_button("PDF", lambda: _stored(newest.id).pdf, f"보고서_{stem}.pdf", "application/pdf", on_click="ignore",
                           key="report.pdf", icon=":material/picture_as_pdf:")
        st.download_button("Markdown", lambda: _stored(newest.id).markdown.encode(), f"보고서_{stem}.md", "text/markdown",
                           on_click="ignore", key="report.md", icon=":material/article:")
        if not stale:
            st.download_button("산출물 D1–D10 (ZIP)", lambda: _zip(found), f"산출물_{stem}.zip", "application/zip", on_click="ignore",
                               key="report.zip", icon=":material/folder_zip:")
        told = f"PDF {newest.bytes / 1000:,.0f} kB" + ("" if stale else " · 산출물 묶음의 목록(manifest.json)에도 같은 해시가 있습니다")
        markup.draw(f'<span class="ib-soft">{attribute(told)}</span>')


def _stored(report_id: int) -> reports.StoredReport:
    with doors.database().connection() as conn:
        return reports.get(conn, report_id)


def _zip(found: Collection) -> bytes:
    made = making.make(doors.database(), collection=found.name, by="산출물 묶음")
    return deliverables.as_zip(doors.database(), found.name, made)


def _earlier(listed: list[ReportEntry]) -> None:
    with st.expander(f"지난 보고서 {len(listed)}개"):
        rows = "".join(f"<tr><td>{each.id}</td><td>{moment(each.made_at)}</td><td>{attribute(each.made_by)}</td>"
                       f"<td>{attribute(each.body['title'])}</td><td>{each.sha256[:16]}</td></tr>" for each in listed[:20])
        head = "".join(f"<th>{name}</th>" for name in ("번호", "만든 때", "누가", "판정", "SHA-256"))
        markup.draw(f'<table class="ib-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')
