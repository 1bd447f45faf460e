"""A round before it is opened: how many pairs, from whom, and how long it will take."""

from __future__ import annotations

from collections import Counter

from core.jobs import pace
from core.labels.pooling import provenance
from core.labels.pooling.pool_plan import PoolPlan
from pages.widgets import doors, facts, results, tables

_MINIATURE = "축소 모델이 낸 후보가 들어 있습니다. 시험 삼아 여는 것이 아니라면 실제 모델을 받은 뒤 계획을 다시 세워 주세요."
_SKIPPED = {
    "judged": "이미 사람이 판정한 쌍 {:,}개는 다시 묻지 않습니다.",
    "asked": "다른 열린 라운드에서 묻고 있는 쌍 {:,}개는 묻지 않습니다.",
    "mirrored": "문항끼리의 쌍 {:,}개는 반대 방향으로만 묻습니다.",
}


def draw(planned: PoolPlan) -> None:
    """Draw the numbers, where the candidates come from, and what is left out why."""
    basis = (f"한 번에 {planned.seconds_per_pair:.0f}초로 가정" if planned.assumed
             else f"한 번에 {planned.seconds_per_pair:.0f}초 (판정 {planned.timed:,}번에서 잼)")
    request = planned.request
    if doors.miniature(request.systems):
        results.notes([_MINIATURE])
    facts.strip([
        ("물어볼 쌍", f"{planned.asked:,}", f"쿼리 {planned.queries:,}개 · 모은 후보 {len(planned.pairs):,}쌍"),
        ("판정할 횟수", f"{planned.looks:,}", f"쌍마다 {request.overlap}명 · 숨은 반복 {request.repeat_share:.0%} 포함"),
        ("예상 시간", pace.lasting(planned.hours * 3600), f"모든 사람을 더해 · {basis}"),
    ])
    facts.heading("후보를 낸 곳")
    tables.draw(("낸 곳", "쌍", "물어볼 쌍", "혼자 낸 쌍"),
                [(provenance.title_of(each.proposer), f"{each.pairs:,}", f"{each.asked:,}", f"{each.alone:,}")
                 for each in planned.proposers], numbers=frozenset({"쌍", "물어볼 쌍", "혼자 낸 쌍"}))
    facts.remark("낸 곳과 순위는 저장되지만 라벨러에게는 보이지 않습니다.")
    results.notes([sentence.format(planned.count(why)) for why, sentence in _SKIPPED.items() if planned.count(why)])
    reasons = Counter((proposer, reason) for _, proposer, reason in planned.left_out)
    if reasons:
        facts.heading("후보를 내지 못한 쿼리")
        tables.draw(("낸 곳", "쿼리", "까닭"),
                    [(provenance.title_of(proposer) if proposer else "모두", f"{count:,}", reason)
                     for (proposer, reason), count in reasons.most_common()], numbers=frozenset({"쿼리"}))
