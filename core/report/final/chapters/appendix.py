"""7. 부록: what every number rests on, with hashes; the files that go with the report; the commands that make it again."""

from __future__ import annotations

from collections.abc import Iterator

from core.bench import overview
from core.report import provenance
from core.report.final.blocks import Block, Heading, Table, Words
from core.report.final.facts import Facts
from core.report.final.words import moment

SCRIPTS = (
    ("D4 embed_items.py", "python -m core embed", "임베딩을 만듭니다"),
    ("D5 evaluate_search.py", "python -m core evaluate", "검색하고 정답으로 채점합니다"),
    ("D6 measure_performance.py", "python -m core bench latency --system A", "응답 시간, 처리량, VRAM, 안정성을 잽니다"),
    ("", "python -m core decide", "판정 기준에 대어 봅니다"),
    ("", "python -m core labels freeze --verify", "정답 버전이 굳힌 그대로인지 확인합니다"),
    ("", "python -m core report --zip deliverables.zip", "이 보고서와 D1–D9를 한 파일로 만듭니다"),
)


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    truth, decision = facts.evaluation.truth, facts.decision
    yield Heading(1, "7. 부록")
    yield Heading(2, "7.1 원시 데이터")
    yield Table(("무엇", "이름", "SHA-256"), [
        ("정답", truth.title, truth.sha256), ("판정 기준", decision.gate_file.path.name, decision.gate_file_sha256),
        ("보고서의 입력", "실행, 정답, 측정, 적어 넣은 값", facts.fingerprint)], align="lll", widths=(1, 2, 4), small=True)
    yield Table(("실행", "시스템", "정밀도", "실행한 때", "답 못 한 쿼리", "표시"), [
        (str(number), run.label, run.precision or "–", moment(run.created_at), str(len(run.unanswered)),
         provenance.marks([run])) for number, run in sorted(facts.runs.items())], align="llllrl", small=True, title="실행",
        widths=(0.6, 3, 1.4, 1.6, 1, 2.2))
    if facts.measured:
        yield Table(("측정", "종류", "시스템", "장치", "잰 때", "SHA-256", "표시"), [
            (str(each.id), overview.kind_title(each.kind), each.system, each.device, moment(each.measured_at),
             each.sha256[:16], overview.marks(each)) for each in facts.measured], align="lllllll", small=True, title="측정과 점검",
            widths=(0.5, 1, 1.4, 2.2, 1.5, 1.6, 1.8))
    if facts.register:
        yield Table(("상태", "시스템", "무엇", "적은 사람", "닫은 사람과 까닭"), [
            ("열림" if each.open else "닫힘", each.system, each.title, f"{each.opened_by} {moment(each.opened_at)}",
             f"{each.closed_by} {each.closing_note}".strip()) for each in facts.register], align="lllll", small=True,
            title="치명적 오류 등록부", widths=(0.6, 1, 3, 1.4, 2.4))
    yield Words("쿼리마다의 값은 D7 search_results.csv, 호출마다의 값은 D8 performance_results.csv, 오류 사례 전부는 D9에 있습니다. "
                "파일마다의 해시는 산출물 ZIP의 manifest.json에 있습니다.", "soft")
    yield Heading(2, "7.2 스크립트 목록")
    yield Table(("스크립트", "명령", "하는 일"), SCRIPTS, align="lll", widths=(2, 3.4, 3))
