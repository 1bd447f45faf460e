"""The plan's scenarios (7.3) and the gate set: which part of a query searches which part of the collection.

The gates bind to the gate set; S1 to S5 describe. S5 and the gate set are read from the same runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.items.record import Kind
from core.search.query import Part
from core.store.filters import Filters

Scope = Literal["all", "S1", "S2", "S3", "S4"]
Corpus = Literal["all", "with_image", "without_image"]
GATE = "gate"
PRIMARY = "cR@5"
"""The one measure that the planned comparisons test; everything else is exploratory."""
TUNED = "kure+siglip@tuned"
"""System D with a weight chosen per fold from labels: a derived run, which cannot be searched with."""
BASELINE = "kure+siglip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One question to the systems. ``pair`` is its planned comparison; D in it is the tuned one where there is one."""

    key: str
    title: str
    about: str
    scope: Scope
    part: Part
    corpus: Corpus
    systems: tuple[str, ...]
    """The systems the plan compares here, by name; others may be shown beside them."""
    pair: tuple[str, str]

    @property
    def filters(self) -> Filters:
        """What restricts a search to the scenario's corpus."""
        return Filters(kind=_KINDS[self.corpus])


_KINDS: dict[Corpus, tuple[str, ...]] = {
    "all": (),
    "with_image": (Kind.IMAGE.value,),
    "without_image": tuple(kind.value for kind in Kind if kind is not Kind.IMAGE),
}
_A, _B, _C, _D, _E = "qwen3-vl", "kure-v1", "siglip", BASELINE, "qwen3-vl+rerank"

SCENARIOS: dict[str, Scenario] = {
    scenario.key: scenario
    for scenario in (
        Scenario(key=GATE, title="판정 쿼리 전체", about="쿼리 있는 그대로 → 모든 문항. Go/No-Go는 여기서만 정합니다.", scope="all",
                 part="whole", corpus="all", systems=(_A, _B, _D, _E, "bm25"), pair=(_A, _D)),
        Scenario(key="S1", title="글 → 그림 없는 문항", scope="S1",
                 about="쿼리의 글만으로 그림이 없는 문항을 찾습니다. D는 글 점수만으로 순위를 매기므로 결합이 시험되지 않습니다.",
                 part="text", corpus="without_image", systems=(_A, _B, _D), pair=(_A, _B)),
        Scenario(key="S2", title="글 → 그림 있는 문항", about="쿼리의 글만으로 그림이 있는 문항을 찾습니다.", scope="S2",
                 part="text", corpus="with_image", systems=(_A, _D), pair=(_A, _D)),
        Scenario(key="S3", title="그림 → 그림 있는 문항", scope="S3",
                 about="쿼리의 그림만으로 그림이 있는 문항을 찾습니다. D는 그림 점수만으로 순위를 매기므로 결합이 시험되지 않습니다.",
                 part="image", corpus="with_image", systems=(_A, _C, _D), pair=(_A, _C)),
        Scenario(key="S4", title="글+그림 → 그림 있는 문항", about="쿼리의 글과 그림으로 그림이 있는 문항을 찾습니다.", scope="S4",
                 part="both", corpus="with_image", systems=(_A, _D), pair=(_A, _D)),
        Scenario(key="S5", title="리랭커 효과", about="쿼리 있는 그대로 → 모든 문항. A와, A의 위쪽을 다시 매긴 E를 견줍니다.",
                 scope="all", part="whole", corpus="all", systems=(_A, _E), pair=(_A, _E)),
    )
}
