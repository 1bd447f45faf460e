"""What is 4-bit in a loaded model and what is not, by counting; and how much memory it takes in truth."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import ModelError

log = logging.getLogger(__name__)
_KEPT = {"visual", "lm_head"}
_QUANTISED = ("Linear4bit", "Linear8bitLt")


@dataclass(frozen=True, slots=True)
class Census:
    """Linears of a model. ``kept`` ones stand in the vision tower or the head, which stay as they are."""

    packed: int
    plain: int
    kept_packed: int
    kept_plain: int


def census(model: Any) -> Census:
    """Count a torch module's linears."""
    import torch

    counts = dict.fromkeys(((kept, packed) for kept in (False, True) for packed in (False, True)), 0)
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            counts[not _KEPT.isdisjoint(name.split(".")), type(module).__name__ in _QUANTISED] += 1
    return Census(counts[False, True], counts[False, False], counts[True, True], counts[True, False])


def check(model: Any, *, linears: int | None, precision: str, name: str) -> Census:
    """Let a model through only if exactly what should be 4-bit is.

    Args:
        linears: how many linears NF4 has to pack; None where that is not known: then all outside tower and head.

    Raises:
        ModelError: something else was packed, or not everything was; such a model is not served.
    """
    found = census(model)
    if precision == "nf4":
        right = found.packed > 0 and not found.plain and not found.kept_packed and linears in (None, found.packed)
    else:
        right = not found.packed and not found.kept_packed
    if not right:
        log.error("%s in %s has the wrong linears packed: %s, %s expected", name, precision, found, linears)
        raise ModelError(f"{name} 모델의 4비트 변환이 잘못되어(4비트 {found.packed}개, 시각·출력부 {found.kept_packed}개) "
                         "쓰지 않습니다. 정밀도를 fp16으로 정해 주세요.")
    return found


def module_bytes(modules: Iterable[Any]) -> int:
    """Sum the parameters and buffers of torch modules, each tensor once, with the scales that belong to 4-bit weights."""
    tensors: dict[int, Any] = {}
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            tensors[id(tensor)] = tensor
            for part in _scales(getattr(tensor, "quant_state", None)):
                tensors[id(part)] = part
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


def _scales(state: Any) -> list[Any]:
    if state is None:
        return []
    parts = [getattr(state, name, None) for name in ("absmax", "code", "offset")]
    return [part for part in parts if hasattr(part, "element_size")] + _scales(getattr(state, "state2", None))
