"""The measures by name, as pages, reports and commands explain them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CUTS = (1, 3, 5, 10, 20)
DEPTH = 100
"""Places of a stored list; measures that are not cut look at all of them."""
BOUNDED = ("cR@5", "cR@10", "RR", "nDCG@10")
"""Measures that gates rest on; they are computed again with unjudged items as grade 0 and as grade 3."""
OF_A_QUERY = ("cR@5", "Success@5", "RR", "nDCG@10", "Judged@10")
"""What a single query's comparison shows."""
LINEAR, EXPONENTIAL = {1: 1, 2: 2, 3: 3}, {1: 1, 2: 3, 3: 7}
_LINEAR_GAIN, _EXPONENTIAL_GAIN = "선형: 등급 그대로 (1·2·3)", "지수: 2^등급 − 1 (1·3·7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure, as pages explain it. Every value lies in [0, 1], larger is better."""

    name: str
    title: str
    """Short, for table heads."""
    formula: str
    """One Korean sentence."""
    gain: str = ""
    """What a grade is worth; empty where only relevant or not counts."""
    cut: int | None = None
    """Places looked at; None: the whole stored list."""
    uses_threshold: bool = True
    """Whether the ground truth's lowest relevant grade matters."""
    source: str


def _catalogue() -> Iterable[Measure]:
    for k in CUTS:
        yield Measure(name=f"R@{k}", title=f"Recall@{k}", cut=k, source="계획서 7.1.1",
                      formula=f"상위 {k}개에 든 정답 수 ÷ 그 쿼리의 정답 수")
    for k in CUTS:
        yield Measure(name=f"cR@{k}", title=f"상한 보정 R@{k}", cut=k, source="MTEB R_cap_at_k",
                      formula=f"상위 {k}개에 든 정답 수 ÷ min({k}, 그 쿼리의 정답 수)")
    for k in CUTS:
        yield Measure(name=f"Success@{k}", title=f"Hit@{k}", cut=k, source="trec_eval success",
                      formula=f"상위 {k}개에 정답이 하나라도 있으면 1, 없으면 0")
    yield Measure(name="RR", title="MRR", source="계획서 7.1.2 · trec_eval recip_rank",
                  formula=f"1 ÷ 첫 정답의 순위. 저장한 {DEPTH}개 안에 없으면 0")
    yield Measure(name="AP", title="MAP", source="trec_eval map",
                  formula=f"정답마다 그 순위까지의 정밀도를 구해 정답 수로 나눈 값. 저장한 {DEPTH}개 안에서 셉니다")
    for k in CUTS[2:]:
        yield Measure(name=f"nDCG@{k}", title=f"NDCG@{k}", cut=k, gain=_LINEAR_GAIN, uses_threshold=False,
                      source="계획서 7.1.3 · Järvelin & Kekäläinen 2002",
                      formula=f"상위 {k}개의 등급 ÷ log2(순위 + 1)의 합을, 판정된 문항을 등급순으로 놓았을 때의 합으로 나눈 값")
    yield Measure(name="nDCG@10 exp", title="NDCG@10 (지수)", cut=10, gain=_EXPONENTIAL_GAIN, uses_threshold=False,
                  source="Burges 외 2005", formula="NDCG@10과 같되 등급 대신 2^등급 − 1. 이득을 바꾸어도 결론이 같은지 보는 줄입니다")
    yield Measure(name="Judged@10", title="판정@10", cut=10, uses_threshold=False, source="ir-measures Judged",
                  formula="상위 10개(목록이 더 짧으면 그 수만큼) 가운데 등급이 매겨진 문항의 비율. 품질이 아니라 믿을 만한지를 말합니다")


CATALOGUE: dict[str, Measure] = {measure.name: measure for measure in _catalogue()}
