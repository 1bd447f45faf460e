"""What a run's system costs: memory on the card, bytes of its index, milliseconds of a query. Nothing here is a gate's evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.bench.statistics import Spread, spread
from core.models import planner, registry
from core.models.contract import Precision
from core.models.planner import Wish
from core.search.sets import JOINED
from core.store.embedding_sets import ContentKind
from core.store.measurements import Measurement
from core.store.run_lists import RunQuery

UNMEASURED = "측정 안 됨"
FORECAST = "예상"
FEWEST_TIMES = 20
"""Below so many queries a 95th percentile is the slowest one or two."""
_HEAD = 8
"""Bytes that pgvector puts before the components: a vector takes 4 · dims + 8, a halfvec 2 · dims + 8 (its README)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A system's models on the card, in GB of 10⁹ bytes."""

    gb: float | None
    kind: Literal["measured", "forecast", "unmeasured"]
    note: str
    """Korean: on which device and when, or what the forecast assumes, or why there is none."""


@dataclass(frozen=True, slots=True)
class IndexSize:
    """Bytes of the vectors (no row heads, no index over them), in fp32 and in half precision."""

    vectors: int
    fp32: int
    half: int


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds a query on the machine of the run; None: ``측정 안 됨``.

    Encoding counts where a query was encoded alone, search and reranking always.
    """

    encode: Spread | None
    search: Spread | None
    rerank: Spread | None
    """Of systems that rerank."""
    note: str
    """Korean; why there is no encoding time, else ''."""


def memory(system: str, config: Mapping[str, Any], *, precision: str, max_pixels: int | None,
           measured: Sequence[Measurement]) -> Memory:
    """Return the peak of a process that holds a system's models: the newest measurement, else the planner's forecast.

    The forecast is for the real models on a card, also where the run was one of miniatures.

    Args:
        config: the run's configuration.
        precision: of the run, as ``SystemRun.precision``.
        max_pixels: the pictures' budget with the real models; None for the setting's.
        measured: of kind ``vram``, the newest first.
    """
    for each in measured:
        gb = each.result.get("vram_gb", {}).get("process")
        if each.system == system and not each.miniature and not each.partial and gb is not None \
                and not each.config.get("random_weights") and each.result.get("single_fits") is not False \
                and each.config.get("precision") in (None, precision):
            return Memory(float(gb), "measured", f"{each.device}에서 {each.measured_at:%Y-%m-%d}에 쟀습니다.")
    wishes = [Wish(registry.record(key), each, max_pixels) for key, each in models(config).items() if each in get_args(Precision)]
    if not wishes or len(wishes) != len(models(config)):
        return Memory(None, "unmeasured", "모델을 원격 서버에서 돌린 실행이라 카드에 올릴 때를 계산할 수 없습니다.")
    needed = planner.plan(wishes, budget=None).needed
    used = " + ".join(dict.fromkeys(wish.precision for wish in wishes))
    return Memory(needed / 1e9, "forecast", f"재지 않았습니다. 실제 모델을 {used}로 그래픽 카드에 올릴 때를 계산한 값입니다.")


def models(config: Mapping[str, Any]) -> dict[str, str]:
    """Return a run's models, as the real ones' keys, with their precisions."""
    named = [each for each in (*config.get("sets", ()), config.get("reranker")) if each and JOINED not in each["model_key"]]
    return {each["model_key"].removesuffix(registry.MINI_SUFFIX): each["precision"] for each in named}


def index(channels: Sequence[tuple[int, ContentKind]], *, items: int, with_figure: int) -> IndexSize:
    """Return the size of the vectors that a system searches.

    Args:
        channels: dimensions and content of each set.
        items: of the collection, ``with_figure`` of them with a figure: a set of figures has no vector for the others.
    """
    numbers = [(dims, with_figure if content == "image" else items) for dims, content in channels]
    return IndexSize(sum(number for _, number in numbers), sum(number * (4 * dims + _HEAD) for dims, number in numbers),
                     sum(number * (2 * dims + _HEAD) for dims, number in numbers))


def times(answered: Sequence[RunQuery], *, reranks: bool) -> Times:
    """Return a run's times."""
    alone = [query.encode_ms for query in answered if query.encoded_together == 1 and query.encode_ms > 0]
    note = "" if len(alone) >= FEWEST_TIMES else (
        f"쿼리를 하나씩 인코딩한 기록이 {len(alone)}개뿐입니다. `python -m core evaluate`로 새로 실행한 것만 셉니다.")
    return Times(_told(alone), _told([query.search_ms for query in answered]),
                 _told([query.rerank_ms for query in answered]) if reranks else None, note)


def _told(values: Sequence[float]) -> Spread | None:
    return spread(values) if len(values) >= FEWEST_TIMES else None
