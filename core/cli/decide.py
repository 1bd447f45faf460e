"""``decide``: Go, No-Go, 보류 or 판정 불가, with every gate and what it rests on."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.output import print_json, print_table, say
from core.errors import InputError
from core.settings import settings

if TYPE_CHECKING:
    from psycopg import Connection

    from core.evaluation.verdict.outcome import Answer, Band, Decision

_PASSED = {True: "통과", False: "미달", None: "판정 안 함"}
_CLEAR = {True: "해당 없음", False: "해당", None: "판정 안 함"}
_KINDS = {"go": "Go", "no-go": "No-Go"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--collection", default=settings().collection, help="컬렉션 이름")
    parser.add_argument("--gt", type=int, metavar="N", help="정답 버전 번호 (기본: 마지막 버전)")
    parser.add_argument("--gates", type=Path, metavar="FILE", help="판정 기준 파일 (기본: 등록된 파일)")
    parser.add_argument("--what-if", action="append", default=[], metavar="이름=값",
                        help="기준값을 바꾸어 가정해 봅니다. 비율은 0.8처럼 적습니다 (여러 번 쓸 수 있고 저장되지 않습니다)")
    parser.add_argument("--check-hangul", action="store_true", help="판정 전에 모든 문항의 한글이 토크나이저를 거쳐도 그대로인지 봅니다")
    parser.add_argument("--open-error", metavar="제목", help="치명적 오류를 등록부에 적습니다 (--by 필요)")
    parser.add_argument("--system", default="A", help="오류가 난 시스템 (기본 A)")
    parser.add_argument("--close-error", metavar="번호", help="치명적 오류를 닫습니다 (--by와 --note 필요)")
    parser.add_argument("--days-saved", type=float, metavar="일", help="개발 기간 단축 예상을 적습니다 (--by 필요)")
    parser.add_argument("--by", default="", metavar="이름", help="적는 사람")
    parser.add_argument("--note", default="", help="메모")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Store what was stated, check what was asked for, decide and print."""
    from core.evaluation import assembling
    from core.evaluation.verdict import bands, load, questions
    from core.store import collections, open_database

    thresholds = _thresholds(arguments.what_if)
    with open_database().connection() as conn:
        collection = collections.get(conn, arguments.collection)
        _state(conn, collection.id, arguments)
        if arguments.check_hangul:
            _check_hangul(conn, collection)
        evaluation = assembling.load(conn, collection.name, version=arguments.gt)
        decision = load.decision_of(conn, evaluation, thresholds=thresholds, gate_file=arguments.gates)
        answers = questions.answers(decision, evaluation)
        found = bands.of(conn, evaluation, decision.gate_file)
    if arguments.json:
        print_json(as_json(decision, answers, found))
    else:
        _print(decision, answers, found)
    return 0


def as_json(decision: Decision, answers: tuple[Answer, ...], found: tuple[Band, ...]) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    subject = decision.gate_file.subject
    return {
        "verdict": decision.verdict, "borderline": decision.borderline, "headline": decision.headline,
        "reasons": list(decision.reasons), "invalid": list(decision.invalid), "missing": list(decision.missing),
        "cautions": list(decision.cautions), "notes": list(decision.notes),
        "hypothetical": dict(decision.hypothetical), "miniature": decision.miniature,
        "gates": [_gate_json(gate) for gate in decision.gates],
        "joint_firmness": decision.joint_firmness, "more_queries": decision.more_queries,
        "ground_truth": {"title": decision.truth_title, "sha256": decision.truth_sha256, "relevant_from": decision.relevant_from,
                         "origins": dict(decision.origins), "queries": decision.queries, "groups": decision.groups},
        "subject": asdict(subject) | {"run": decision.subject_run},
        "baseline": {"system": decision.gate_file.baseline.system, "run": decision.baseline_run},
        "gate_file": {"name": decision.gate_file.path.name, "sha256": decision.gate_file_sha256},
        "checks": [{"name": each.name, "passed": each.passed, "detail": each.detail} for each in decision.checks],
        "critical_errors": [{"id": each.error_id, "system": each.system, "title": each.title, "opened_by": each.opened_by}
                            for each in decision.errors],
        "questions": [{"key": each.key, "question": each.question, "answer": each.answer, "sentence": each.sentence,
                       "evidence": [proof.words for proof in each.evidence]} for each in answers],
        "bands": [{"name": each.name, "value": each.value, "low": each.low, "high": each.high, "band": each.band,
                   "sentence": each.sentence} for each in found],
    }


def _gate_json(gate: Any) -> dict[str, Any]:
    kept = ("name", "title", "kind", "value", "low", "high", "threshold", "direction", "unit", "passed", "holds", "firmness", "reason",
            "unjudged_low", "unjudged_high", "samples", "more_queries")
    return {name: getattr(gate, name) for name in kept} | {"evidence": [proof.words for proof in gate.evidence]}


def _print(decision: Decision, answers: tuple[Answer, ...], found: tuple[Band, ...]) -> None:
    from core.evaluation.verdict import wording

    subject = decision.gate_file.subject
    if decision.hypothetical:
        print("가정: 기준값을 바꾸어 본 것이며 판정이 아닙니다.")
    small = " · 축소 모델" if decision.miniature else ""
    print(f"판정: {decision.title}{small}\n{decision.headline}\n")
    print(f"정답 {decision.truth_title} ({decision.truth_sha256[:8]}) · 등급 {decision.relevant_from} 이상 · "
          f"쿼리 {decision.queries:,}개 · 묶음 {decision.groups:,}개")
    print(f"대상 {subject.system} · {subject.precision} · {subject.dims}차원 · {subject.target_device} · "
          f"판정 기준 {decision.gate_file_sha256[:8]}\n")
    print_table(("종류", "기준", "값", "95 % 구간", "조건", "결과", "확실함"), [
        (_KINDS[gate.kind], gate.title, wording.gate_value_text(gate), wording.interval_text(gate) or "-",
         wording.threshold_text(gate) if gate.kind == "go" else wording.condition_text(gate),
         (_PASSED if gate.kind == "go" else _CLEAR)[gate.passed], "-" if gate.firmness is None else wording.percent(gate.firmness))
        for gate in decision.gates])
    if decision.joint_firmness is not None:
        print(f"품질 기준을 모두 함께 채우는 표본: {wording.percent(decision.joint_firmness)}")
    for title, sentences in (("이유", decision.reasons), ("함께 보아야 할 것", decision.cautions), ("알아 둘 것", decision.notes)):
        if sentences:
            print(f"\n{title}", *(f"- {sentence}" for sentence in sentences), sep="\n")
    print("\n핵심 질문")
    for answer in answers:
        print(f"{answer.key} {answer.question} {answer.answer}. {answer.sentence}")
    print("\n추가 평가 기준")
    print_table(("기준", "값", "등급", "설명"), [(band.title, wording.value_text(band.unit, band.value), band.band, band.sentence)
                                          for band in found])


def _thresholds(given: list[str]) -> dict[str, float]:
    found = {}
    for word in given:
        name, _, value = word.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise InputError(f"'{word}'을(를) 읽을 수 없습니다. recall_5=0.75처럼 적어 주세요.") from None
    return found


def _state(conn: Connection, collection_id: int, arguments: argparse.Namespace) -> None:
    from core.evaluation.verdict import bands, critical

    if arguments.open_error is not None:
        error_id = critical.open_(conn, collection_id, system=arguments.system, title=arguments.open_error, note=arguments.note,
                                  by=arguments.by)
        say(f"치명적 오류를 등록했습니다: {error_id}")
    if arguments.close_error is not None:
        critical.close(conn, collection_id, arguments.close_error, note=arguments.note, by=arguments.by)
        say("치명적 오류를 닫았습니다.")
    if arguments.days_saved is not None:
        bands.state(conn, collection_id, value=arguments.days_saved, note=arguments.note, by=arguments.by)
        say("개발 기간 단축 예상을 적었습니다.")


def _check_hangul(conn: Connection, collection: Any) -> None:
    from core.evaluation.verdict import hangul

    for each in hangul.check(conn, collection, progress=lambda name: say(f"{name}의 토크나이저를 점검합니다.")):
        if each.measurement is None:
            say(f"{each.system}: {each.reason}")
        else:
            told = each.measurement.result
            small = " · 축소 모델" if each.measurement.miniature else ""
            say(f"{each.system}: 한글이 있는 문항 {told['items']:,}개 가운데 {told['lost']:,}개에서 한글이 사라집니다. "
                f"너무 길어 잘리는 문항 {told['cut']:,}개{small}")
