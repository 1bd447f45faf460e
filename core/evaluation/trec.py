"""TREC files: qrels (``query 0 item grade``) and runs (``query Q0 item rank score tag``), read line by line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

Qrels = dict[str, dict[str, int]]
"""Grade by query and item."""


@dataclass(frozen=True, slots=True)
class TrecRun:
    """A run file: score by query and item. trec_eval ranks by score, whatever the rank column says."""

    name: str
    scores: dict[str, dict[str, float]]


def read_qrels(path: Path) -> Qrels:
    """Return a qrels file's grades; negative ones are kept as trec_eval keeps them (not relevant).

    Raises:
        InputError: the file cannot be read, a line has another form, or a pair has two grades; the sentence names the line.
    """
    found: Qrels = {}
    for number, words in _lines(path, 4):
        query, _, item, grade = words
        try:
            value = int(grade)
        except ValueError:
            raise _refused(path, number, f"등급 '{grade[:20]}'이(가) 정수가 아닙니다") from None
        if found.setdefault(query, {}).setdefault(item, value) != value:
            raise _refused(path, number, f"쿼리 '{query[:40]}'의 문항 '{item[:40]}'에 등급이 두 가지입니다")
    return found


def read_run(path: Path) -> TrecRun:
    """Return a run file, named by the file.

    Raises:
        InputError: the file cannot be read, a line has another form, a score is no finite number, or a pair comes twice.
    """
    found: dict[str, dict[str, float]] = {}
    for number, words in _lines(path, 6):
        query, _, item, _, score, _ = words
        try:
            value = float(score)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise _refused(path, number, f"점수 '{score[:20]}'이(가) 유한한 수가 아닙니다")
        if item in found.setdefault(query, {}):
            raise _refused(path, number, f"쿼리 '{query[:40]}'에 문항 '{item[:40]}'이(가) 두 번 나옵니다")
        found[query][item] = value
    return TrecRun(path.stem, found)


def _lines(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path.name}' 파일을 읽을 수 없습니다. 경로와 권한, 문자 인코딩(UTF-8)을 확인해 주세요.") from error
    empty = True
    for number, line in enumerate(lines, start=1):
        if words := line.split():
            if len(words) != columns:
                raise _refused(path, number, f"칸이 {len(words)}개입니다(있어야 할 칸 {columns}개)")
            empty = False
            yield number, words
    if empty:
        raise InputError(f"'{path.name}' 파일이 비어 있습니다. 다른 파일을 골라 주세요.")


def _refused(path: Path, number: int, what: str) -> InputError:
    return InputError(f"'{path.name}' {number}번째 줄: {what}. 고친 뒤 다시 실행해 주세요.")
