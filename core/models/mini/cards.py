"""The card beside each checkpoint: what it is, how it was made, how well it does, what it must not be taken for."""

from __future__ import annotations

from collections.abc import Sequence

from core.models.mini.measured import Row, table
from core.models.record import ModelRecord
from core.models.registry import MINI, MINI_SUFFIX, REAL

_SYSTEMS = {
    "qwen3-vl-embedding-2b-mini": ("A ", "TF-IDF"),
    "kure-v1-mini": ("B ", "TF-IDF"),
    "siglip-base-mini": ("C ",),
    "qwen3-vl-reranker-2b-mini": ("E ", "A ", "TF-IDF"),
}
_CARD = """# {title}

A miniature of {real}: the same architecture at {parameters:,} parameters, with random weights trained from nothing on
items this repository generates. It lets a fresh machine run the whole product in minutes and lets the tests be honest.
**It is not the real model and says nothing about its quality**; everything it produces is marked 축소 모델.
{standing}
- Made by `make mini-models` (`python -m core.models.mini.train`), on two CPU cores, in minutes.
- Trained on the training wordings of the generated families (중학교 2학년 수학, synthetic, written for this repository);
  recipes were chosen on the validation wordings. Neither the 100 shipped items nor the test wordings were trained on;
  the families themselves (concept names, solution templates, kinds of figure) are the same in every split, so the
  figures below say how well new wordings of known problem types are found, not new problem types.
- Trained for Korean items of these families only; texts are cut at {max_tokens} tokens{pixels}.
- Weights in fp16; licence: as this repository.

## Measured on the test split

Held-out wordings as the corpus ({items} items), held-out queries; precision at 5; intervals by bootstrap over families;
one training run on two busy cores (its schedule follows the clock: a rebuild gives a like model, not the same bytes).
`python -m core.models.mini.evaluate` prints this table.

{table}
"""


def write(rows: Sequence[Row], *, items: int) -> None:
    """Write ``MODEL_CARD.md`` beside every miniature."""
    for record in MINI:
        mine = [row for row in rows if row.system.startswith(_SYSTEMS[record.key])]
        text = _CARD.format(
            title=record.key,
            real=_real_name(record),
            parameters=record.parameters,
            standing=_standing(record),
            max_tokens=record.max_tokens,
            pixels=f", images at {record.max_pixels:,} pixels" if record.max_pixels else "",
            items=items,
            table=table(mine),
        )
        (record.path / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def _real_name(record: ModelRecord) -> str:
    return next(real.hub_id for real in REAL if real.key == record.key.removesuffix(MINI_SUFFIX))


def _standing(record: ModelRecord) -> str:
    if record.trained:
        return ""
    return (
        "\n**A wiring fixture**: it learnt to rerank, but not better than the embedder ranks already (E stays below A in the\n"
        "table). It shows that the second stage is wired up; its scores mean nothing beyond that.\n"
    )
