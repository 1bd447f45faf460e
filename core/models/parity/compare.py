"""Holding what was seen of a model against what the published rules give, each agreement by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.models.parity.observation import Observation, Row, Trace
from core.models.parity.rule import Rule
from core.models.parity.samples import Sample
from core.models.parity.subject import normalised
from core.models.parity.tokens import RawTokenizer
from core.models.record import ModelRecord

ALONE, BATCH, HALF_BATCH = 0.9999, 0.9999, 0.999
"""Least cosine to the reference: one content, a batch in fp32, a batch in 16 bits."""
_SCORE, _HALF_SCORE = 2e-4, 5e-3
"""Most difference of a reranker's score; a cosine says nothing about a single number."""
_PIXEL, _HALF_PIXEL = 1e-3, 1e-2
_SIDES = {"left": "왼쪽", "right": "오른쪽"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was held against its published form."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is compared: the model, its rule, its samples and whether it computed in 16 bits."""

    record: ModelRecord
    rule: Rule
    samples: list[Sample]
    half: bool = False


def compare(what: Subjects, seen: Observation, expected: Observation) -> list[Check]:
    """Every agreement, whether or not an earlier one failed."""
    return list(_checks(what, seen, expected))


def _checks(what: Subjects, seen: Observation, expected: Observation) -> Iterator[Check]:
    pairs = list(zip(what.samples, seen.traces, expected.traces, strict=True))
    yield from _inputs(what, pairs)
    yield from _outputs(what, seen, expected)
    if what.record.kind != "siglip":
        # A model that pools the last token through sentence-transformers finds it on either side.
        free = what.record.kind == "sentence-transformer" and what.rule.pooling == "last"
        right = free or seen.sides <= {what.rule.side}
        found = "·".join(_SIDES[side] for side in sorted(seen.sides)) or "채움 없음"
        yield Check("padding_side", right, f"{found} (공개 규칙: {_SIDES[what.rule.side]})")


def _inputs(what: Subjects, pairs: list[tuple[Sample, Trace, Trace]]) -> Iterator[Check]:
    tokens = RawTokenizer(what.record)
    wrong = [
        f"{sample.name}: {_apart(tokens.text(list(ours.ids)), tokens.text(list(theirs.ids)))}"
        for sample, ours, theirs in pairs
        if tokens.text(list(ours.ids)) != tokens.text(list(theirs.ids))
    ]
    yield _check("prompt_text", wrong, len(pairs))
    wrong = [f"{sample.name}: {len(ours.ids)}/{len(theirs.ids)}" for sample, ours, theirs in pairs if ours.ids != theirs.ids]
    yield _check("token_ids", wrong, len(pairs))
    if "image" not in what.record.modalities:
        return
    most, wrong, count = 0.0, [], 0
    for sample, ours, theirs in pairs:
        if ours.pixels is None and theirs.pixels is None:
            continue
        count += 1
        if ours.pixels is None or theirs.pixels is None or ours.pixels.shape != theirs.pixels.shape:
            wrong.append(f"{sample.name}: 모양이 다름")
            continue
        most = max(most, float(np.abs(ours.pixels - theirs.pixels).max()))
    bound = _HALF_PIXEL if what.half else _PIXEL
    detail = "; ".join(wrong) or f"표본 {count}개에서 최대 차이 {most:.1e} (한계 {bound})"
    yield Check("pixel_values", not wrong and most <= bound, detail)


def _outputs(what: Subjects, seen: Observation, expected: Observation) -> Iterator[Check]:
    kind, traces = what.record.kind, seen.traces
    answers = np.stack([trace.answer for trace in traces])
    pooled = np.stack([normalised(trace.pooled, kind=kind) for trace in traces])
    yield _near(what, "pooling", answers, pooled, batch=False)
    if kind == "qwen3-vl-reranker":
        inside = bool(((answers >= 0) & (answers <= 1)).all())
        yield Check("sigmoid", inside, f"점수 {answers.min():.4f}–{answers.max():.4f}")
    else:
        lengths = np.linalg.norm(np.concatenate([answers, seen.batch]), axis=1)
        off = float(np.abs(lengths - 1).max())
        yield Check("normalisation", off <= 1e-3, f"길이가 1에서 최대 {off:.1e} 벗어남")
    yield _near(what, "single", answers, np.stack([trace.answer for trace in expected.traces]), batch=False)
    yield near_batch(what, seen.batch, expected)


def near_batch(what: Subjects, batch: Row, expected: Observation) -> Check:
    """Answers of a batch against the reference's answers one by one."""
    return _near(what, "batch_half" if what.half else "batch", batch, np.stack([t.answer for t in expected.traces]), batch=True)


def _near(what: Subjects, name: str, ours: Row, theirs: Row, *, batch: bool) -> Check:
    if not np.isfinite(ours).all():
        return Check(name, False, "유한하지 않은 값이 나옴")
    if what.record.kind == "qwen3-vl-reranker":
        far = np.abs(ours - theirs).max(axis=1)
        bound = _HALF_SCORE if what.half else _SCORE
        worst = int(far.argmax())
        return Check(name, bool(far[worst] <= bound), f"점수 차이 최대 {far[worst]:.1e} ({what.samples[worst].name}; 한계 {bound})")
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    bound = (HALF_BATCH if what.half else BATCH) if batch else ALONE
    worst = int(cosines.argmin())
    return Check(name, bool(cosines[worst] >= bound), f"코사인 최소 {cosines[worst]:.7f} ({what.samples[worst].name}; 한계 {bound})")


def _check(name: str, wrong: list[str], count: int) -> Check:
    return Check(name, not wrong, "; ".join(wrong[:3]) or f"표본 {count}개에서 같음")


def _apart(ours: str, theirs: str) -> str:
    """Where two texts part, with a little of what follows."""
    place = next((number for number, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    return f"{ours[place : place + 24]!r} (공개 규칙: {theirs[place : place + 24]!r})"
