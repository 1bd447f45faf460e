"""What the plan wants sampled: Phase 1's hundred (4.1) and Phase 2's rows (4.3), as quotas.

The plan disagrees with itself about Phase 2. The boxes of 4.1 give four further subjects 25 items each, with image counts
(15, 15, 5, 10, 5) in five columns that add up to 20 a column; the rows of 4.3 give five subjects, mathematics among them,
20 items each, 50 with a figure and 50 without. The rows are the ones that can be filled as they stand, so they are the preset.

No field of the bank says what a figure shows. A row such as 실험 장치 therefore takes the items with a figure in whose unit,
keywords or text one of its words occurs: close enough to spread a sample, to be checked by a person before labelling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.items import dialect
from core.items.record import Item, Kind

LONG_PASSAGE = 200
"""Characters of a question that make it one with a passage (긴 지문, 독해 지문)."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many items of which sort."""

    name: str
    wanted: int
    accepts: Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of quotas; an item fills one of them at most."""

    name: str
    title: str
    quotas: tuple[Quota, ...]


def _of_kind(kind: Kind) -> Callable[[Item], bool]:
    return lambda item: item.subject == "수학" and item.kind is kind


def _row(subject: str, *, figure: bool, words: tuple[str, ...] = (), item_type: str = "", long: bool = False) -> Callable[[Item], bool]:
    def accepts(item: Item) -> bool:
        return (
            item.subject == subject
            and bool(item.images) is figure
            and (not item_type or item.item_type == item_type)
            and (not long or len(dialect.visible(item.text)) >= LONG_PASSAGE)
            and (not words or any(word in _about(item) for word in words))
        )

    return accepts


def _about(item: Item) -> str:
    known = (item.metadata.get(name) for name in ("unit_medium", "unit_small", "concept", "keywords", "keywords_raw"))
    return " ".join([item.unit, item.text, *map(str, (value for value in known if value))])


PHASE_1 = Preset(
    "phase1",
    "Phase 1: 수학 100건 (계획서 4.1)",
    (
        Quota("이미지형", 35, _of_kind(Kind.IMAGE)),
        Quota("텍스트형", 35, _of_kind(Kind.TEXT)),
        Quota("LaTeX형", 30, _of_kind(Kind.LATEX)),
    ),
)

PHASE_2 = Preset(
    "phase2",
    "Phase 2: 다섯 과목 20건씩 (계획서 4.3)",
    (
        Quota("수학 함수 그래프", 5, _row("수학", figure=True, words=("함수", "그래프", "좌표평면"))),
        Quota("수학 도형 문제", 5, _row("수학", figure=True, words=("삼각형", "사각형", "도형", "원의", "넓이", "닮음", "각의 크기"))),
        Quota("수학 수식 계산", 5, _row("수학", figure=True, words=("방정식", "부등식", "계산", "식의", "수식"))),
        Quota("수학 서술형", 5, _row("수학", figure=False, item_type="서술형")),
        Quota("과학 실험 장치", 5, _row("과학", figure=True, words=("실험", "장치", "기구"))),
        Quota("과학 다이어그램", 5, _row("과학", figure=True, words=("구조", "회로", "모형", "모식도", "세포", "단면"))),
        Quota("과학 그래프 해석", 5, _row("과학", figure=True, words=("그래프",))),
        Quota("과학 개념 설명", 5, _row("과학", figure=False)),
        Quota("국어 긴 지문", 10, _row("국어", figure=False, long=True)),
        Quota("국어 문법", 5, _row("국어", figure=False, words=("문법", "품사", "문장 성분", "문장 구조", "음운", "맞춤법", "형태소"))),
        Quota("국어 삽화 포함", 5, _row("국어", figure=True)),
        Quota("사회 지도", 5, _row("사회", figure=True, words=("지도", "위치", "지형", "지역"))),
        Quota("사회 도표/그래프", 5, _row("사회", figure=True, words=("도표", "그래프", "통계", "표는", "표를"))),
        Quota("사회 개념 설명", 10, _row("사회", figure=False)),
        Quota("영어 독해 지문", 10, _row("영어", figure=False, long=True)),
        Quota("영어 문법", 5, _row("영어", figure=False, words=("문법", "어법", "grammar", "grammatical", "빈칸"))),
        Quota("영어 삽화 포함", 5, _row("영어", figure=True)),
    ),
)

PRESETS = {preset.name: preset for preset in (PHASE_1, PHASE_2)}
