"""The keyword baseline: BM25 over character bigrams, which need no Korean morphology."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

KEPT_INDEXES = 4


def bigrams(text: str) -> list[str]:
    """Return the character bigrams of each word, lower-cased; a word of one character stays itself."""
    grams: list[str] = []
    for word in text.lower().split():
        grams.extend([word] if len(word) == 1 else [word[at : at + 2] for at in range(len(word) - 1)])
    return grams


@dataclass(frozen=True, slots=True)
class KeywordIndex:
    """A collection's index; ``item_ids`` are in index order."""

    item_ids: tuple[str, ...]
    _retriever: bm25s.BM25

    @classmethod
    def build(cls, texts: dict[str, str]) -> KeywordIndex:
        """Index embedding texts by item id."""
        retriever = bm25s.BM25()
        retriever.index([bigrams(text) or [""] for text in texts.values()], show_progress=False)
        return cls(tuple(texts), retriever)

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return one BM25 score an item, shape (n,); zeros where nothing of the query occurs."""
        known = [gram for gram in bigrams(query) if gram in self._retriever.vocab_dict]
        if not known:
            return np.zeros(len(self.item_ids), dtype=np.float32)
        return np.asarray(self._retriever.get_scores(known), dtype=np.float32)


class KeywordIndexes:
    """The last few indexes built, by the fingerprint of what they were built from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, KeywordIndex] = OrderedDict()

    def find(self, fingerprint: str) -> KeywordIndex | None:
        """Return the index of exactly this state of a collection."""
        with self._lock:
            if fingerprint in self._kept:
                self._kept.move_to_end(fingerprint)
            return self._kept.get(fingerprint)

    def keep(self, fingerprint: str, index: KeywordIndex) -> None:
        """Keep an index; the one unused longest leaves."""
        with self._lock:
            self._kept[fingerprint] = index
            while len(self._kept) > KEPT_INDEXES:
                self._kept.popitem(last=False)
