"""7. 부록: what every number rests on, with hashes; the files that go with the report; the commands that make it again."""

from __future__ import annotations

from collections.abc import Iterator

from core.bench import overview
from core.evaluation import naming
from core.evaluation.scenarios import GATE
from core.evaluation.verdict.wording import condition_text, gate_value_text, percent, threshold_text, value_text
from core.report import provenance
from core.report.final.blocks import Block, Heading, Table
from core.report.final.facts import Facts
from core.report.final.words import moment

CHECKS = {"hangul": "한글 점검", "parity": "모델 점검"}
"""Automatic checks, which are stored with the measurements."""
RAW = (
    ("문항과 그림", "D2/items.json, D2/images/"), ("정답", "D3/ground_truth.json"),
    ("쿼리마다의 값", "D7/search_results.csv"), ("시나리오마다의 표", "D7/search_results.xlsx"),
    ("순위 목록과 등급 (TREC 형식)", "D7/trec.zip"), ("시스템마다의 측정", "D8/performance_results.csv"),
    ("호출마다의 값과 측정 환경", "D8/measurements.json"),
    ("오류 사례 전부", "D9/error_cases.xlsx"),
)
"""Where the raw data lies, by its path in the ZIP of deliverables."""
SCRIPTS = (
    ("D4_embed_items.py", "`python -m core embed`", "임베딩을 만듭니다"),
    ("D5_evaluate_search.py", "`python -m core evaluate`", "검색하고 정답으로 채점합니다"),
    ("D6_measure_performance.py", "`python -m core bench latency --system A`", "응답 시간, 처리량, VRAM, 안정성을 잽니다"),
    ("–", "`python -m core decide`", "판정 기준에 대어 봅니다"),
    ("–", "`python -m core labels freeze --verify`", "정답 버전이 굳힌 그대로인지 확인합니다"),
    ("–", "`python -m core report --zip deliverables.zip`", "이 보고서와 D1–D9를 한 파일로 만듭니다"),
)


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    truth, decision = facts.evaluation.truth, facts.decision
    yield Heading(1, "7. 부록")
    yield Heading(2, "7.1 원시 데이터")
    yield Table(("무엇", "이름", "SHA-256"), [
        ("정답", truth.title, truth.sha256), ("판정 기준", decision.gate_file.path.name, decision.gate_file_sha256),
        ("보고서의 입력", "실행, 정답, 측정, 적어 넣은 값", facts.fingerprint)], align="lll", widths=(1, 2, 4), small=True)
    yield Table(("조건", "기준", "값", "미판정 0 / 3", "통과 비율", "근거"), [
        (gate.title, threshold_text(gate) if gate.kind == "go" else f"No-Go {condition_text(gate)}", gate_value_text(gate),
         f"{value_text(gate.unit, gate.unjudged_low)} / {value_text(gate.unit, gate.unjudged_high)}"
         if gate.unjudged_low is not None and gate.unjudged_high is not None else "–",
         percent(gate.firmness) if gate.firmness is not None else "–",
         " / ".join(proof.words for proof in gate.evidence) or "–") for gate in decision.gates], align="lrrrrl", small=True,
        title="판정 기준과 그 근거", widths=(1.5, 1.3, 0.9, 1.4, 0.8, 4),
        note="미판정 0 / 3: 판정하지 않은 문항을 모두 등급 0, 모두 등급 3으로 셀 때의 값. 통과 비율: 쿼리 묶음을 다시 뽑은 10,000번 가운데 "
             "기준을 지킨 비율.")
    used = {number: ", ".join("판정" if key == GATE else key for key, result in facts.evaluation.scenarios.items()
                              if any(run.run_id == number for run in result.systems)) for number in facts.runs}
    yield Table(("실행", "시스템", "쓰인 곳", "정밀도", "실행한 때", "답 못 한 쿼리", "표시"), [
        (str(number), run.label, used[number], run.precision or "–", moment(run.created_at), str(len(run.unanswered)),
         provenance.trust([run]) or "–") for number, run in sorted(facts.runs.items())], align="lllllrl", small=True, title="실행",
        widths=(0.6, 2.8, 1, 1.1, 1.6, 1.2, 1.4), note="때는 모두 한국 시각입니다.")
    if facts.measured:
        yield Table(("측정", "종류", "시스템", "장치", "잰 때", "SHA-256", "표시"), [
            (str(each.id), CHECKS.get(each.kind) or overview.kind_title(each.kind), naming.title(each.system), each.device,
             moment(each.measured_at), each.sha256[:12],
             ("축소 모델" if each.miniature else "–") if each.kind in CHECKS else overview.marks(each))
            for each in facts.measured], align="lllllll", small=True, title="측정과 점검", widths=(0.5, 0.9, 1.9, 2.4, 1.4, 1.1, 2.2))
    if facts.register:
        yield Table(("상태", "시스템", "무엇", "적은 사람", "닫은 사람과 까닭"), [
            ("열림" if each.open else "닫힘", each.system, each.title, f"{each.opened_by} {moment(each.opened_at)}",
             f"{each.closed_by} {each.closing_note}".strip()) for each in facts.register], align="lllll", small=True,
            title="치명적 오류 등록부", widths=(0.6, 1, 3, 1.4, 2.4))
    yield Table(("무엇", "산출물 ZIP 안의 파일"), RAW, align="ll", widths=(2, 3), title="원시 데이터 파일",
                note="파일마다의 SHA-256은 같은 ZIP의 manifest.json과 SHA256SUMS에 있습니다.")
    yield Heading(2, "7.2 스크립트 목록")
    yield Table(("스크립트", "명령", "하는 일"), SCRIPTS, align="lll", widths=(2, 3.4, 3))
