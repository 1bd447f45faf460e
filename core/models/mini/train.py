"""Build the miniature pack: generate, train, save, write the cards.

``python -m core.models.mini.train [kure qwen siglip reranker] [--minutes 12] [--threads 2] [--resume] [--into DIR]``

Recipes are chosen on the validation split; the test split is read by ``evaluate`` alone.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from core.models.mini.data import Corpus, corpus
from core.models.registry import MINI_DIR

SEED = 20
TRAIN_PER_FAMILY, VALIDATION_PER_FAMILY = 50, 8
NAMES = ("kure", "qwen", "siglip", "reranker")
FOLDERS = {
    "kure": "kure-v1",
    "qwen": "qwen3-vl-embedding-2b",
    "siglip": "siglip-base",
    "reranker": "qwen3-vl-reranker-2b",
}
MINUTES = {"kure": 7.0, "qwen": 13.0, "siglip": 4.0, "reranker": 20.0}
"""Wall time on two busy cores. The schedule follows the clock, so a rebuild gives a like pack, not the same bytes."""
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what is named, all four by default; the reranker starts from the embedder and so comes after it."""
    parser = argparse.ArgumentParser(prog="python -m core.models.mini.train", description=__doc__)
    parser.add_argument("names", nargs="*", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--minutes", type=float, help="at most so long for each model (by default as the shipped pack)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="the reranker goes on from where it is (a second stage)")
    parser.add_argument("--into", type=Path, default=MINI_DIR)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)

    train = corpus("train", per_family=TRAIN_PER_FAMILY, seed=1)
    validation = corpus("validation", per_family=VALIDATION_PER_FAMILY, seed=2)
    for name in (name for name in NAMES if name in options.names):
        torch.manual_seed(SEED)
        score = _train(name, options, train, validation)
        _log.info("%s is saved; validation %s", name, score)
    return 0


def _train(name: str, options: argparse.Namespace, train: Corpus, validation: Corpus) -> object:
    from core.models.mini import kure, qwen, reranker, siglip

    folder = options.into / FOLDERS[name]
    shared = {
        "train": train,
        "validation": validation,
        "minutes": options.minutes or MINUTES[name],
        "seed": SEED + options.resume,
    }
    if name == "reranker":
        return reranker.train(folder, embedder=options.into / FOLDERS["qwen"], resume=options.resume, **shared)
    trainer = {"kure": kure.train, "qwen": qwen.train, "siglip": siglip.train}[name]
    return trainer(folder, texts=texts_of(train), **shared)


def texts_of(train: Corpus) -> list[str]:
    """What vocabularies and the lexical teacher learn from: items, and queries and notes often enough to count."""
    short = [text for texts in (*train.queries, *train.notes) for text in texts]
    return [sample.text for sample in train.samples] + short * 3


if __name__ == "__main__":
    sys.exit(main())
