"""Step 5: speed, memory and stability of A, which the gates ask for, and the latency of the others, which they are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.bench.asking import CALLS, KINDS, Asked, Kind
from core.bench.gpu_suite import machine
from core.errors import ModelError, NotFoundError, StoreError, UserError
from core.evaluation.verdict import gates
from core.jobs.working import StoppedError, Worker
from core.models import registry
from core.models.revision import installed_revision
from core.poc import subject
from core.poc.part import Part
from core.poc.step import House, Look, digest
from core.search import run_config, variants
from core.store import collections, items, measurements, states
from core.store.collections import Collection
from core.store.measurements import Measurement

WANTED: tuple[tuple[Kind, str], ...] = (
    ("latency", "A"), ("throughput", "A"), ("vram", "A"), ("stability", "A"),
    ("latency", "B"), ("latency", "C"), ("latency", "D"), ("latency", "E"),
)
"""A stands for the variant that the gates are bound to."""
SECONDS: dict[Kind, float] = {"latency": 0.12, "throughput": 1.5, "vram": 3.0, "stability": 0.05, "stress": 0.5, "index": 1.0}
"""Of one call as ``asking.CALLS`` counts them, roughly."""
_PACKAGES = ("torch", "transformers", "sentence-transformers", "bitsandbytes")
ELSEWHERE = "이 컴퓨터나 대상 카드에서 잰 것이 아닙니다"
OTHERS = "벡터나 모델이 바뀌었습니다"
FEWER = "호출 수가 모자랍니다"


@dataclass(frozen=True, slots=True)
class _Bench:
    """A bench that is wanted. ``there`` is the measurement that stands for it; None: ``why``."""

    asked: Asked
    there: Measurement | None
    why: str

    @property
    def title(self) -> str:
        return f"{KINDS[self.asked.kind]} · {self.asked.system}"

    @property
    def work(self) -> float:
        heavier = 8.0 if self.asked.system == "E" else 1.0
        return 5.0 + self.asked.times * SECONDS[self.asked.kind] * heavier


def look(house: House) -> Look:
    """Return which benches lack a measurement of these very models, vectors, libraries and this device."""
    if not house.wish.bench:
        return Look("left_out", "요청대로 재지 않습니다. 있는 측정만 판정에 씁니다.")
    with house.database.connection() as conn:
        collection = collections.get(conn, house.wish.collection)
        wanted = _wanted(conn, collection, house.wish.calls)
        state = digest({"items": states.of_items(conn, collection.id), "benches": {
            each.title: each.there.sha256 if each.there is not None else "" for each in wanted}})
    open_ = [each for each in wanted if each.there is None]
    at = max((each.there.measured_at for each in wanted if each.there is not None), default=None)
    if not open_:
        return Look("done", f"측정 {len(wanted)}가지가 지금 모델과 이 장치의 것입니다.", fingerprint=state, at=at)
    reasons = ", ".join(dict.fromkeys(each.why for each in open_ if each.why))
    told = f"측정 {len(open_)}가지가 없습니다({', '.join(each.title for each in open_)})." + (f" {reasons}." if reasons else "")
    return Look("stale" if reasons else "missing", told, sum(each.work for each in open_), state, at)


def run(house: House, part: Worker) -> str:
    """Measure what is lacking, each stored as it ends; one that fails does not stop the others.

    Raises:
        UserError: some failed; the others are stored.
        StoppedError: it was cancelled; what was measured until then is stored as partial.
    """
    from core.bench import running

    assert isinstance(part, Part)
    with house.database.connection() as conn:
        open_ = [each for each in _wanted(conn, collections.get(conn, house.wish.collection), house.wish.calls) if each.there is None]
    total, before, made = sum(each.work for each in open_) or 1.0, 0.0, []
    troubles = []
    for each in open_:
        own = part.within(before / total, (before + each.work) / total, each.title)
        before += each.work
        try:
            measured = running.run(house.database, house.engine(), each.asked, worker=own)
            part.check()
            if measured.partial:
                troubles.append(f"{each.title}: {measured.result.get('ended_early') or '중간에 끊겼습니다.'}")
            else:
                made.append(f"{each.title}({measured.id}번)")
        except (StoppedError, StoreError):
            raise
        except UserError as error:
            part.check()
            troubles.append(f"{each.title}: {error}")
    told = f"측정 {len(made)}가지를 했습니다" + (f": {', '.join(made)}." if made else ".")
    if troubles:
        raise UserError(f"{' '.join(troubles)} {told}")
    return told


def _wanted(conn: Connection, collection: Collection, calls: int | None) -> list[_Bench]:
    known = measurements.listing(conn, list(dict.fromkeys(kind for kind, _ in WANTED)))
    held, here = items.count(conn, collection.id), devices()
    judged = subject.judged(conn, collection)
    found = []
    for kind, letter in WANTED:
        name = judged.name if letter == "A" and judged.name != variants.find("A").name else letter
        # Fewer calls are for trying things out; more than a batch or a load needs say nothing more.
        times = calls if calls is None or kind in ("latency", "stability") else min(calls, CALLS[kind])
        asked = Asked(kind, name, calls=times, collection=collection.name)
        found.append(_one(conn, collection, asked, [each for each in known if each.kind == kind], held, here))
    return found


def _one(conn: Connection, collection: Collection, asked: Asked, known: Sequence[Measurement], held: int,
         here: tuple[str, ...]) -> _Bench:
    variant = variants.find(asked.system)
    try:
        sets = [found.identity for found in run_config.sets_of(conn, collection, variant)]
        reranker = registry.resolve(variant.system.reranker) if variant.system.reranker else None
    except (NotFoundError, ModelError):
        return _Bench(asked, None, "")
    told = [each for each in known if each.system == variant.name and each.config.get("collection") == collection.name
            and not each.partial]
    models = {identity.model_key: identity.revision for identity in sets}
    if reranker is not None:
        models[reranker.key] = installed_revision(reranker)
    why = ""
    for each in told:
        read = {model.get("key"): model.get("revision") for model in each.environment.get("models") or ()}
        if (each.config.get("sets") != [identity.digest[:16] for identity in sets] or read != models
                or each.config.get("items") != held):
            why = why or OTHERS
        elif not _counts_here(each, here):
            why = why or ELSEWHERE
        elif int(each.config.get("calls") or 0) < asked.times:
            why = why or FEWER
        else:
            return _Bench(asked, each, "")
    return _Bench(asked, None, why)


def _counts_here(measured: Measurement, here: tuple[str, ...]) -> bool:
    """Whether a measurement was made on the card that decides, or on this machine with today's libraries."""
    if gates.load().subject.on_target(measured.device) and not measured.miniature:
        return True
    versions, now = measured.environment.get("versions") or {}, machine.versions()
    return measured.device in here and all(versions.get(name) == now.get(name) for name in _PACKAGES)


def devices() -> tuple[str, ...]:
    """Return the names under which this machine's engine measures."""
    from core.engine.cards import Cards
    from core.settings import settings

    cards = () if settings().device == "cpu" else tuple(card.name for card in Cards().read())
    return cards or (f"CPU {machine.cpu_name()}",)
