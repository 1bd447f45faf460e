"""``models verify``: each installed model against an independent reading of its published rules."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from core.models.parity.verify import Report

LABELS = {
    "file_checksums": "파일 체크섬", "parameters": "파라미터 수", "tokenizer_post_processor": "토크나이저 후처리",
    "yes_no_tokens": "yes·no 토큰", "chat_template": "허브의 대화 템플릿", "hub_prompts": "허브의 프롬프트",
    "modules": "허브의 모듈", "image_preparation": "그림 전처리 설정", "prompt_text": "프롬프트", "token_ids": "토큰 번호",
    "pixel_values": "화소값", "pooling": "풀링", "normalisation": "정규화", "sigmoid": "시그모이드", "single": "하나씩",
    "batch": "묶음", "batch_half": "16비트 묶음", "padding_side": "채움 방향",
    "reference": "공개 규칙대로 실행",
    "notices_mean_pooling": "평균 풀링을 알아채는가", "notices_wrong_pad_side": "틀린 채움 방향을 알아채는가",
    "notices_missing_end_token": "빠진 끝 토큰을 알아채는가", "notices_text_before_image": "그림보다 앞선 글을 알아채는가",
    "notices_line_break_before_the_query": "질문 앞 줄바꿈을 알아채는가",
    "notices_padded_to_the_longest_only": "64토큰까지 채우지 않음을 알아채는가",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("names", nargs="*", default=[], metavar="NAME", help="모델 이름들 (기본: 지금 쓰는 모델 모두)")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 when a check fails."""
    from core.models import registry
    from core.models.parity.verify import verify

    names = arguments.names or [record.key for record in registry.records()] + [
        record.key for record in registry.CANDIDATES if record.installed]
    reports = []
    for record in map(registry.resolve, dict.fromkeys(names)):
        say(f"{record.hub_id}: 확인하는 중입니다.")
        reports.append(verify(record))
        if not arguments.json:
            _show(reports[-1])
    if arguments.json:
        print_json({"models": [_as_json(report) for report in reports]})
    return 0 if all(report.ok for report in reports) else 1


def _show(report: Report) -> None:
    model, rule = report.model, report.rule
    print(f"\n{model.key}{' (축소 모델)' if model.miniature else ''}")
    facts = {
        "허브": model.id, "리비전": model.revision, "정밀도": f"{model.precision} ({model.device})", "어텐션": report.attention,
        "풀링": rule.pooling, "화소 한도": f"{model.max_pixels:,}" if model.max_pixels else "-",
        **({f"프롬프트({role})": repr(prompt) for role, prompt in rule.before.items()} or {"프롬프트": "없음"}),
    }
    for name, value in facts.items():
        print(f"  {name}: {value}")
    print_table(("", "검사", "내용"), [
        ("  맞음" if check.ok else "  틀림", LABELS.get(check.name, check.name), check.detail) for check in report.checks])
    for sentence in report.unchecked:
        print(f"  확인하지 못함: {sentence}")


def _as_json(report: Report) -> dict:
    model = report.model
    return {
        "key": model.key, "id": model.id, "revision": model.revision, "dtype": model.precision, "device": model.device,
        "attention": report.attention, "pooling": report.rule.pooling, "prompts": dict(report.rule.before),
        "max_pixels": model.max_pixels, "miniature": model.miniature, "ok": report.ok,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in report.checks],
        "unchecked": list(report.unchecked),
    }
