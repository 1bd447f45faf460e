"""Many items in one call to the engine, as embedding sends them, and what the memory did meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.bench import calling, reading
from core.bench.calling import Answer
from core.bench.frame import Bench
from core.bench.subject import cycled
from core.engine.messages import Encoding, Reranking
from core.errors import InputError
from core.models.contract import Content
from core.store.bench_samples import Sample

GB = 1e9
Rows = list[tuple[Content | None, ...]]


def encode(bench: Bench, rows: Rows, *, size: int, turn: int, max_pixels: int | None = None) -> Answer:
    """Encode the next ``size`` items with every encoder of the system, one encoder after the other.

    The engine computes a call in several passes where a person's query could otherwise not come in between, or where memory
    does not allow it in one.
    """
    batch = cycled(rows, size, turn)

    def call() -> list[Encoding]:
        given = [(found.identity, [row[place] for row in batch if row[place] is not None])
                 for place, found in enumerate(bench.subject.sets)]
        return [bench.engine.encode(identity.model_key, part, role="document", precision=identity.precision, priority="batch",
                                    max_pixels=max_pixels or identity.max_pixels, timeout=calling.TIMEOUT_SECONDS)
                for identity, part in given if part]

    return _told(*calling.timed(call, _judge))


def rerank(bench: Bench, query: Content, rows: Rows, *, size: int, turn: int) -> Answer:
    """Read ``size`` pairs of a query and an item."""
    model = bench.subject.reranker
    assert model is not None
    documents = [row[0] for row in cycled(rows, size, turn)]
    return _told(*calling.timed(lambda: [bench.engine.rerank(
        model.key, query, documents, precision=model.precision, priority="batch", max_pixels=model.max_pixels,
        timeout=calling.TIMEOUT_SECONDS)], _judge))


def memory_gb(samples: Sequence[Sample]) -> dict[str, float | None]:
    """Return the highest use of the card in 10⁹ bytes: ``allocated``, ``reserved``, ``process`` (reserved + CUDA's own share),
    ``driver`` (this process by the driver) and ``device`` (all processes); None where nobody told."""
    told = [each.memory for each in samples]
    found = {"allocated": [each.get("peak_allocated") for each in told], "reserved": [each.get("peak_reserved") for each in told],
             "process": [reading.process(each) for each in told], "driver": [each.get("process") for each in told],
             "device": [each.get("device_used") for each in told]}
    return {name: gb(max((value for value in values if value is not None), default=None)) for name, values in found.items()}


def gb(value: int | None) -> float | None:
    """Return bytes as 10⁹ bytes, as the plan counts."""
    return None if value is None else round(value / GB, 6)


def _told(answer: Answer, results: list[Encoding | Reranking] | None) -> Answer:
    return replace(answer, models=tuple(each.model for each in results or ()))


def _judge(results: list[Encoding | Reranking]) -> str:
    for result in results:
        for reason in result.failures.values():
            raise InputError(reason)
    return calling.MENDED if any(result.retried_fp32 for result in results) else ""
