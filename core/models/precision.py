"""Where and in which number format a model computes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import ModelError
from core.models.contract import Precision
from core.models.record import ModelRecord
from core.settings import settings

if TYPE_CHECKING:
    import torch

_PLAIN = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
KEEP_PLAIN = (r"(?:model\.)?visual", "lm_head")
"""What NF4 leaves alone in Qwen3-VL, for the bare model and the one with a head alike: a plain ``visual`` would match
only the first, and naming a list at all replaces the defaults that protect the tied ``lm_head``."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A device and a number format that go together, and what had to be changed to get there."""

    device: str
    precision: Precision
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> torch.dtype:
        """The type of the activations (under NF4, of everything that is not 4-bit)."""
        import torch

        name = ("float16" if self.device == "cuda" else "float32") if self.precision == "nf4" else _PLAIN[self.precision]
        return getattr(torch, name)

    def model_kwargs(self) -> dict[str, Any]:
        """What ``from_pretrained`` needs to load at this placement, from local files only, never running their code."""
        import torch

        kwargs: dict[str, Any] = {
            "dtype": self.dtype,
            "attn_implementation": "sdpa",
            "local_files_only": True,
            "trust_remote_code": False,
        }
        if self.device == "cuda":
            kwargs["device_map"] = {"": torch.cuda.current_device()}
        if self.precision == "nf4":
            from transformers import BitsAndBytesConfig

            kwargs["quantization_config"] = BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=self.dtype,
                llm_int8_skip_modules=list(KEEP_PLAIN),
            )
        return kwargs


def quantisable(record: ModelRecord) -> bool:
    """Whether a model has a language half for NF4 to pack; both towers of SigLIP see, and seeing suffers from 4 bits."""
    return record.kind != "siglip"


def ladder(device: str, *, quantisable: bool) -> tuple[Precision, ...]:
    """The precisions ``auto`` may end at, best first: each is tried when the one before it does not fit into memory."""
    plain: tuple[Precision, ...] = ("fp16",) if device == "cuda" else ("fp32", "bf16")
    return (*plain, "nf4") if quantisable else plain


def into(precision: str) -> str:
    """A precision with its Korean particle: ``fp16으로``, ``nf4로``."""
    return precision + ("으로" if precision.endswith("16") else "로")


def place(precision: str = "auto", device: str = "auto", *, quantisable: bool = True, preferred: str | None = None) -> Placement:
    """Decide device and number format; ``auto`` takes what is preferred, then fp16 on a GPU and fp32 on a CPU.

    A precision that is asked for is given or refused. A preference holds for every model that can follow it; where one
    cannot, a note says so.

    Args:
        preferred: the caller's setting PRECISION, this process's own where None.

    Raises:
        ModelError: a GPU was asked for and there is none, or the model or device cannot have that precision.
    """
    import torch

    wanted_device = settings().device if device == "auto" else device
    has_gpu = torch.cuda.is_available()
    if wanted_device == "cuda" and not has_gpu:
        raise ModelError("쓸 수 있는 GPU를 찾지 못했습니다. 드라이버를 확인하거나 DEVICE=cpu로 바꾸어 주세요.")
    where = wanted_device if wanted_device != "auto" else ("cuda" if has_gpu else "cpu")

    plain: Precision = ladder(where, quantisable=quantisable)[0]
    wanted = (settings().precision if preferred is None else preferred) if precision == "auto" else precision
    if wanted == "auto":
        return Placement(where, plain)
    obstacle = ""
    if wanted == "nf4" and not quantisable:
        obstacle = "이 모델은 NF4로 줄일 수 없습니다."
    elif wanted == "bf16" and where == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        obstacle = "이 GPU는 bf16을 지원하지 않습니다."
    if not obstacle:
        return Placement(where, wanted)
    if precision != "auto":
        raise ModelError(f"{obstacle} 정밀도를 auto나 {into(plain)} 정해 주세요.")
    return Placement(where, plain, (f"{obstacle} 그래서 PRECISION 설정 대신 {into(plain)} 불러왔습니다.",))


def threads() -> int:
    """How many threads torch gets: TORCH_THREADS, else the cores that are free now, and 1 where there are only two.

    Oversubscription is the costly mistake here (a query then takes up to ten times as long), so busy cores are not counted.
    """
    if settings().torch_threads:
        return settings().torch_threads
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores <= 2:
        return 1
    return max(2, min(8, cores - round(os.getloadavg()[0])))
