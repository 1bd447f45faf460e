"""Our own model, watched at the tensors that reach its transformer: what the loaders really do, not what they say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

import numpy as np

from core.models.parity.observation import Row, Trace, sides_of, unit
from core.models.parity.rule import Rule
from core.models.parity.samples import QUERY, Sample
from core.models.record import ModelRecord


class Subject:
    """A loaded encoder or reranker as an ``observation.Runner``."""

    def __init__(self, record: ModelRecord, rule: Rule, *, loaded: Any) -> None:
        self._record, self._rule, self._loaded = record, rule, loaded
        self._trunks = list(_trunks(record, loaded._model))

    @property
    def attention(self) -> str:
        """The attention implementation in use."""
        return str(getattr(self._trunks[0].config, "_attn_implementation", "?"))

    def alone(self, sample: Sample) -> Trace:
        """See ``observation.Runner``."""
        with self._watched() as calls:
            answer = self._answers([sample])[0]
        seen, out = calls[0]
        ids = seen["input_ids"][0].tolist() if "input_ids" in seen else []
        pixels = seen.get("pixel_values")
        if pixels is not None:
            pixels = pixels.float().cpu().numpy()
            pixels = pixels[0] if self._record.kind == "siglip" else pixels
        return Trace(tuple(ids), pixels, self._pooled(seen, out), answer)

    def together(self, samples: list[Sample]) -> tuple[Row, frozenset[str]]:
        """See ``observation.Runner``; the loader may cut the batch up as it likes."""
        answers: dict[str, Row] = {}
        with self._watched() as calls:
            for role in ("document", "query"):
                of_role = [sample for sample in samples if sample.role == role]
                if of_role:
                    answers.update(zip([sample.name for sample in of_role], self._answers(of_role), strict=True))
        sides: frozenset[str] = frozenset()
        for seen, _ in calls:
            if seen.get("attention_mask") is not None:
                sides |= sides_of(seen["attention_mask"].cpu().numpy())
        return np.stack([answers[sample.name] for sample in samples]), sides

    def _answers(self, samples: list[Sample]) -> Row:
        contents = [sample.content for sample in samples]
        if self._record.kind == "qwen3-vl-reranker":
            return np.asarray(self._loaded.score(QUERY, contents), dtype=np.float32)[:, None]
        return self._loaded.encode(contents, role=samples[0].role)

    def _pooled(self, seen: dict[str, Any], out: Any) -> Row:
        if self._record.kind == "siglip":
            return out.pooler_output[0].float().cpu().numpy()
        states, mask = out.last_hidden_state[0].float().cpu().numpy(), seen["attention_mask"][0].cpu().numpy()
        if self._rule.pooling == "cls":
            return states[0]
        state = states[np.flatnonzero(mask)[-1]]
        return state if self._record.kind != "qwen3-vl-reranker" else self._odds(state)

    def _odds(self, state: Row) -> Row:
        from core.models.parity.tokens import RawTokenizer

        head, tokens = self._loaded._model.get_output_embeddings().weight, RawTokenizer(self._record)
        yes, no = (head[tokens.word(word)].float().detach().cpu().numpy().astype(np.float64) for word in ("yes", "no"))
        return np.asarray([state.astype(np.float64) @ (yes - no)], dtype=np.float32)

    @contextmanager
    def _watched(self) -> Iterator[list[tuple[dict[str, Any], Any]]]:
        calls: list[tuple[dict[str, Any], Any]] = []

        with ExitStack() as restored:
            for trunk in self._trunks:
                restored.enter_context(_recorded(trunk, calls))
            yield calls


@contextmanager
def _recorded(trunk: Any, calls: list[tuple[dict[str, Any], Any]]) -> Iterator[None]:
    """Keep what ``forward`` is given and gives back. Not a hook: sentence-transformers calls ``forward`` by its name."""
    before, forward = trunk.__dict__.get("forward"), trunk.forward

    @wraps(forward)
    def recording(*arguments: Any, **named: Any) -> Any:
        out = forward(*arguments, **named)
        calls.append(({"input_ids": arguments[0], **named} if arguments else named, out))
        return out

    trunk.forward = recording
    try:
        yield
    finally:
        if before is None:
            del trunk.forward
        else:
            trunk.forward = before


def normalised(pooled: Row, *, kind: str) -> Row:
    """What a pooled state must become: a unit vector, or a score between 0 and 1."""
    return 1 / (1 + np.exp(-pooled)) if kind == "qwen3-vl-reranker" else unit(pooled)


def _trunks(record: ModelRecord, model: Any) -> Iterator[Any]:
    from transformers import PreTrainedModel

    if record.kind == "siglip":
        yield from (model.text_model, model.vision_model)
    elif record.kind == "qwen3-vl-reranker":
        yield model.model
    else:
        yield next(module for module in model.modules() if isinstance(module, PreTrainedModel))
