"""Drawing training batches: views of families, each an altered item text, query or index note."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from core.models.mini import augment
from core.models.mini.data import Corpus


@dataclass(frozen=True, slots=True)
class View:
    """One text (and, by index into the corpus, one figure) of a family."""

    family: int
    text: str
    sample: int | None = None
    """The sample whose figure belongs to the view."""


class Drawer:
    """Draws views at random, every family as often as any other."""

    def __init__(self, corpus: Corpus, *, seed: int) -> None:
        self.corpus, self.rng = corpus, Random(seed)
        self._by_family: list[list[int]] = [[] for _ in corpus.concepts]
        for place, sample in enumerate(corpus.samples):
            self._by_family[sample.family].append(place)

    def families(self, count: int, *, drawn: bool = False) -> list[int]:
        """So many families (with figures only, if ``drawn``), each once before any comes twice."""
        known = [family for family in range(len(self.corpus.concepts)) if self.corpus.drawn[family] or not drawn]
        chosen: list[int] = []
        while len(chosen) < count:
            chosen += self.rng.sample(known, min(len(known), count - len(chosen)))
        return chosen

    def item(self, family: int) -> View:
        """An altered item."""
        place = self.rng.choice(self._by_family[family])
        return View(family, augment.item(self.corpus.samples[place].text, self.rng), place)

    def asking(self, family: int) -> View:
        """What someone might look for the family with: mostly a query, at times an item or an index note."""
        draw = self.rng.random()
        if draw < 0.6:
            return View(family, augment.query(self.rng.choice(self.corpus.queries[family]), self.rng))
        if draw < 0.75:
            return View(family, augment.thinned(self.rng.choice(self.corpus.notes[family]), self.rng, most=0.3))
        view = self.item(family)
        return View(family, view.text)

    def stray(self) -> str:
        """A mixture of two texts, for the lexical teacher alone."""
        parts = [self.rng.choice((self.item, self.asking))(family).text for family in self.families(2)]
        return augment.mixed(*parts, self.rng)
